//! The program: parses its arguments, runs the command, and says how it ended.

fn main() {}
