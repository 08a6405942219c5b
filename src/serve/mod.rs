//! The network side: accepts, routes, answers, and drives operations, store and deliver.
