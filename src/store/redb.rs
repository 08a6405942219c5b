//! The operations in redb, in the layout of the delivery contract.
