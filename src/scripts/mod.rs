//! Finds, reads and watches `*.wj` files. The one room that reads scripts from disk.
