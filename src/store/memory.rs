//! The operations in memory: nothing outlives the process.
