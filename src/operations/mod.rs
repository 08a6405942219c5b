//! The life of an operation: what is committed when, what goes out after it, what is tried again. Machines without IO or clock; `serve` drives them.
