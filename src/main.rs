//! The `wj` program; everything it does lives in the library.

fn main() -> std::process::ExitCode {
    wj::cli::main()
}
