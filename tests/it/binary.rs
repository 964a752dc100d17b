//! The real executable, as an operator meets it: its help, its settings, and a server that starts,
//! answers, refuses company, stops when it is told, and comes back after it was killed.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::{Command, Stdio};
use std::sync::Arc;

use expect_test::{expect, expect_file};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use tempfile::{TempDir, tempdir};
use tillbox::store::{Store, migrate};

use crate::harness::process::{Server, ask, over_file, run, tillbox};

/// A folder for a server, and the arguments that name it.
fn folder() -> TempDir {
    tempdir().unwrap()
}

fn data(folder: &TempDir) -> &str {
    folder.path().to_str().unwrap()
}

/// The commands that a help text lists.
fn commands(help: &str) -> Vec<String> {
    let rows = help.lines().skip_while(|it| *it != "Commands:").skip(1);
    let rows = rows.take_while(|it| it.starts_with("  "));
    let names =
        rows.filter(|it| !it.starts_with("   ")).filter_map(|it| it.split_whitespace().next());
    names.filter(|it| *it != "help").map(ToOwned::to_owned).collect()
}

fn tell_help(path: &[&str], text: &mut String) {
    let help = run(&[path, &["--help"]].concat()).ok();
    writeln!(text, "$ tillbox {} --help\n{help}", path.join(" ")).unwrap();
    for command in commands(&help) {
        tell_help(&[path, &[command.as_str()]].concat(), text);
    }
}

#[test]
fn the_help_of_every_command_is_this() {
    let mut text = String::new();
    tell_help(&[], &mut text);
    expect_file!["../fixtures/help.txt"].assert_eq(&text);
}

#[test]
fn what_is_typed_wrongly_is_refused_with_the_rule() {
    let told = |arguments: &[&str]| {
        let ended = run(arguments);
        assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{ended:?}");
        ended.err.lines().next().unwrap_or_default().to_owned()
    };
    assert_eq!(told(&["sreve"]), "error: unrecognized subcommand 'sreve'");
    assert_eq!(
        told(&["serve", "--listen", "8080"]),
        "error: invalid value '8080' for '--listen <ADDR>': must be an IP address and a port, as in 127.0.0.1:8080 or [::]:8080"
    );
    assert_eq!(told(&["config", "--tls-key", "a"]), "error: the settings cannot be used");
}

#[test]
fn settings_come_from_flag_before_variable_before_file() {
    let place = folder();
    let file = place.path().join("tillbox.toml");
    std::fs::write(&file, "listen = '127.0.0.1:1'\ncache_mib = 11\nusage_window_days = 9").unwrap();
    let output = tillbox(&["config", "--listen", "127.0.0.1:3"])
        .env("TILLBOX_CONFIG", &file)
        .env("TILLBOX_LISTEN", "127.0.0.1:2")
        .env("TILLBOX_CACHE_MIB", "12")
        .env("TILLBOX_SMTP_URL", "smtp://ann:geheim@mail.example.com")
        .env("TILLBOX_MAIL_FROM", "ann@example.com")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap().replace(file.to_str().unwrap(), "FILE");
    assert!(output.status.success() && !text.contains("geheim"), "{text}");
    let trimmed: Vec<_> =
        text.lines().map(|it| it.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    expect![[r#"
        data = "data" # default
        listen = "127.0.0.1:3" # --listen
        # public_url is not set # default
        # tls_cert is not set # default
        # tls_key is not set # default
        cache_mib = "12" # TILLBOX_CACHE_MIB
        # smtp_url = (secret) # TILLBOX_SMTP_URL
        mail_from = "ann@example.com" # TILLBOX_MAIL_FROM
        # secret_key_file is not set # default
        allow_private_targets = "false" # default
        strict_references = "false" # default
        public_shop = "true" # default
        usage_window_days = "9" # FILE
        file_mib_max = "256" # default
        seller_gib_max = "10" # default
        log_format = "text" # default
        log = "info" # default"#]]
    .assert_eq(&trimmed.join("\n"));
}

#[test]
fn what_config_prints_can_be_read_as_a_file() {
    let place = folder();
    let file = place.path().join("tillbox.toml");
    let first = run(&["config", "--data", "it's here", "--cache-mib", "77"]).ok();
    std::fs::write(&file, &first).unwrap();
    let second = run(&["config", "--config", file.to_str().unwrap()]).ok();
    let set = |text: &str| {
        let lines = text.lines().map(|it| it.split(" #").next().unwrap().trim_end().to_owned());
        lines.filter(|it| !it.is_empty()).collect::<Vec<_>>()
    };
    assert_eq!(set(&first), set(&second));
}

#[test]
fn an_unknown_key_of_the_file_is_refused_by_name() {
    let place = folder();
    let file = place.path().join("tillbox.toml");
    std::fs::write(&file, "lisen = '127.0.0.1:1'").unwrap();
    let ended = run(&["serve", "--config", file.to_str().unwrap()]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.err.contains("`lisen`") && ended.err.contains("did you mean `listen`?"));
}

/// Whether a shell can read a text; what is not installed is said by the name of the program.
fn parses(shell: &str, text: &str) -> bool {
    let mut child = Command::new(shell);
    let child = child.arg("-n").stdin(Stdio::piped()).stderr(Stdio::null());
    let mut child = child.spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    child.wait().unwrap().success()
}

#[test]
fn completions_are_written_for_every_shell() {
    let bash = run(&["completions", "bash"]).ok();
    assert!(parses("bash", &bash) && !parses("bash", "if then"), "bash can read it");
    assert!(run(&["completions", "zsh"]).ok().starts_with("#compdef tillbox"));
    assert!(run(&["completions", "fish"]).ok().contains("complete -c tillbox"));
    assert!(bash.contains("tillbox__subcmd__serve") || bash.contains("tillbox__serve"));
}

#[test]
fn the_manual_has_a_page_for_every_command() {
    let place = folder();
    run(&["man", data(&place)]).ok();
    let help = run(&["--help"]).ok();
    for command in commands(&help) {
        let page = place.path().join(format!("tillbox-{command}.1"));
        let text = std::fs::read_to_string(&page).unwrap();
        assert!(text.contains(".TH "), "{} is a page", page.display());
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let script = format!("{} rights | head -n 1", env!("CARGO_BIN_EXE_tillbox"));
    let output = Command::new("bash").args(["-o", "pipefail", "-c", &script]).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}

#[test]
fn a_server_answers_machines_and_stops_when_it_is_told() {
    let place = folder();
    let server = Server::start(&place.path().join("new"), &[]);
    assert!(server.said[0].starts_with("set it up at http://"));
    assert!(server.said[1].contains(", usable in "));
    for path in ["/healthz", "/readyz", "/metrics"] {
        let answer = server.over_network(&format!("GET {path}"), "");
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.head.contains("x-request-id: "), "the log can be searched: {answer:?}");
    }
    let described = server.over_network("GET /openapi.json", "").json();
    let printed: serde_json::Value = serde_json::from_str(&run(&["openapi"]).ok()).unwrap();
    assert_eq!(described, printed);
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&place.path().join("new")), 0o700);
    assert_eq!(mode(&server.socket()), 0o600);
    let socket = server.socket();
    assert!(server.terminate().success());
    assert!(!socket.exists(), "the socket file is gone");
}

#[test]
fn a_connection_goes_on_after_refusals_that_nobody_read() {
    let folder = folder();
    let server = Server::start(folder.path(), &[]);
    let mut stream = BufReader::new(TcpStream::connect(&server.address).unwrap());
    for turn in 0..40 {
        // The header is there before the body, as it is with many clients.
        let head = "POST /api/v1/orders HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\
                    content-type: application/json\r\n\r\n";
        stream.get_mut().write_all(head.as_bytes()).unwrap();
        stream.get_mut().write_all(b"{}").unwrap();
        let (mut length, mut line, mut status) = (0, String::new(), String::new());
        while stream.read_line(&mut line).unwrap() > 2 {
            assert!(!line.to_lowercase().starts_with("connection: close"), "{turn}");
            if let Some(said) = line.to_lowercase().strip_prefix("content-length: ") {
                length = said.trim().parse().unwrap();
            }
            if status.is_empty() {
                status = line.split(' ').nth(1).unwrap_or_default().to_owned();
            }
            line.clear();
        }
        assert_eq!(status, "401", "{turn}");
        let mut body = vec![0; length];
        stream.read_exact(&mut body).unwrap();
    }
}

#[test]
fn the_socket_file_opens_what_the_network_does_not() {
    let place = folder();
    let server = Server::start(place.path(), &[]);
    let inside = over_file(&server.socket(), "GET /api/v1/clock", "").unwrap();
    assert_eq!(inside.status, 200, "{inside:?}");
    let lies = [
        "",
        "authorization: Bearer console\r\n",
        "x-console: true\r\nforwarded: for=_console\r\n",
        "cookie: tillbox_session=console\r\n",
        "host: tillbox.sock\r\n",
    ];
    for lie in lies {
        let outside = server.over_network("GET /api/v1/clock", lie);
        assert!(matches!(outside.status, 400 | 401), "{lie}: {outside:?}");
    }
}

#[test]
fn a_folder_has_one_process_and_the_second_is_told_what_to_do() {
    let place = folder();
    let server = Server::start(place.path(), &[]);
    let second = run(&["serve", "--data", data(&place), "--listen", "127.0.0.1:0"]);
    assert_eq!(second.code, Some(1), "{second:?}");
    assert!(second.err.contains("in use by another process"), "{}", second.err);
    assert!(second.err.contains("try: another Tillbox has this folder open"), "{}", second.err);
    assert_eq!(server.over_network("GET /readyz", "").status, 200, "the first goes on");
    let clock = run(&["clock", "show", "--data", data(&place)]).ok();
    assert!(clock.contains("can be moved   no"), "a command asks the server: {clock}");
}

#[test]
fn a_copy_that_cannot_be_written_or_put_back_says_why() {
    let (place, other) = (folder(), folder());
    let file = other.path().join("copy.redb");
    let file = file.to_str().unwrap();
    let server = Server::start(place.path(), &[]);
    let copied = run(&["backup", "--data", data(&place), file]).ok();
    assert!(copied.contains("tillbox.key"), "{copied}");
    let again = run(&["backup", "--data", data(&place), file]);
    assert!(again.err.contains("copy.redb` is already there"), "{}", again.err);
    assert!(again.err.contains("try: name another file"), "{}", again.err);
    let busy = run(&["restore", "--replace", "--data", data(&place), file]);
    assert!(busy.err.contains("try: stop the server"), "{}", busy.err);
    assert!(server.terminate().success());
    let restored = run(&["restore", "--data", data(&other), file]).ok();
    assert!(restored.contains("put its `tillbox.key` beside it"), "{restored}");
}

/// A command looks at a store that an older program may still serve.
#[test]
fn a_command_leaves_a_store_of_an_older_program_as_it_is() {
    let place = folder();
    let path = place.path().join("tillbox.redb");
    drop(Store::open(&path, Store::CACHE_BYTES).unwrap());
    let key = place.path().join("tillbox.key");
    std::fs::write(&key, format!("1 {}\n", "07".repeat(32))).unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    let pending = || {
        let store = Store::open_read_only(&path, Store::CACHE_BYTES).unwrap();
        migrate::pending(&store.read().unwrap()).unwrap().len()
    };
    let steps = pending();
    assert!(steps > 0);
    for command in [["jobs", "--data"], ["explain", "--data"]] {
        let mut line = [&command[..], &[data(&place)]].concat();
        line.extend((command[0] == "explain").then_some("INV-1"));
        let refused = run(&line);
        assert_eq!(refused.code, Some(1), "{refused:?}");
        assert!(refused.err.contains("is of an older program"), "{refused:?}");
        assert!(refused.err.contains("try: start the server with this program"), "{refused:?}");
    }
    assert_eq!(pending(), steps, "nothing was done to it");
    run(&["migrate", "--data", data(&place)]).ok();
    run(&["jobs", "--data", data(&place)]).ok();
    assert_eq!(pending(), 0);
}

/// Where root types the commands of a server that runs as somebody else.
#[test]
fn what_a_command_makes_belongs_to_whom_the_folder_belongs() {
    let (place, other) = (folder(), folder());
    let file = place.path().join("copy.redb");
    let file = file.to_str().unwrap();
    assert!(Server::start(place.path(), &[]).terminate().success());
    run(&["backup", "--data", data(&place), file]).ok();
    std::fs::copy(place.path().join("tillbox.key"), other.path().join("tillbox.key")).unwrap();
    // Only root can give it away; for anybody else all of it is its own.
    let is_given = std::os::unix::fs::chown(other.path(), Some(65_534), Some(65_534)).is_ok();
    println!("the folder is somebody else's: {is_given}");
    run(&["restore", "--data", data(&other), file]).ok();
    run(&["jobs", "--data", data(&other)]).ok();
    let owner = |path: &std::path::Path| std::fs::metadata(path).unwrap().uid();
    for name in ["tillbox.redb", "tillbox.key", "search"] {
        assert_eq!(owner(&other.path().join(name)), owner(other.path()), "{name}");
    }
}

/// Each house makes itself a key with the number 1: only the store can say which is its own.
#[test]
fn a_store_knows_its_own_key_and_opens_with_no_other() {
    let (place, other) = (folder(), folder());
    let file = place.path().join("copy.redb");
    let file = file.to_str().unwrap();
    assert!(Server::start(place.path(), &[]).terminate().success());
    run(&["backup", "--data", data(&place), file]).ok();
    assert!(Server::start(other.path(), &[]).terminate().success());

    let restore = || run(&["restore", "--replace", "--data", data(&other), file]).ok();
    let foreign = restore();
    assert!(foreign.contains("the key that is here is another's"), "{foreign}");
    let refused = run(&["serve", "--data", data(&other), "--listen", "127.0.0.1:0"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.err.contains("they are not the keys that it was sealed with"), "{refused:?}");

    let key = |place: &TempDir| place.path().join("tillbox.key");
    std::fs::copy(key(&place), key(&other)).unwrap();
    let own = restore();
    assert!(own.contains("the key that is here opens what is sealed in it"), "{own}");
    assert!(Server::start(other.path(), &[]).terminate().success());

    // The same from a file elsewhere.
    let away = place.path().join("away.key");
    std::fs::rename(key(&other), &away).unwrap();
    let set = ["--secret-key-file", away.to_str().unwrap()];
    assert!(Server::start(other.path(), &set).terminate().success());
    assert!(!key(&other).exists(), "a key is not made where one is named");
}

#[test]
fn a_command_works_with_and_without_a_server() {
    let place = folder();
    let advance = || {
        let ended = run(&["clock", "advance", "--data", data(&place), "2", "days"]);
        ended.ok().lines().last().unwrap().to_owned()
    };
    let server = Server::start(place.path(), &["--test-clock"]);
    let first = advance();
    assert!(server.terminate().success());
    let second = advance();
    assert!(first.starts_with("it is ") && first < second, "{first}, {second}");
}

#[test]
fn a_command_without_a_store_says_where_it_looked() {
    let place = folder();
    let ended = run(&["clock", "show", "--data", data(&place)]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains("there is no store in") && ended.err.contains("--data"));
}

#[test]
fn what_happened_in_real_time_does_not_become_a_trial() {
    let place = folder();
    assert!(Server::start(place.path(), &[]).terminate().success());
    let ended = run(&["serve", "--data", data(&place), "--listen", "127.0.0.1:0", "--test-clock"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let refused = run(&["clock", "advance", "--data", data(&place), "1", "day"]);
    assert!(refused.code == Some(1) && refused.err.contains("live installation"), "{refused:?}");
}

#[test]
fn after_a_kill_the_next_start_finds_everything_and_a_new_socket() {
    let place = folder();
    let server = Server::start(place.path(), &["--test-clock"]);
    run(&["clock", "advance", "--data", data(&place), "1", "day"]).ok();
    let socket = server.socket();
    server.kill();
    assert!(socket.exists(), "a killed process cleans up nothing");
    let check = run(&["check", "--data", data(&place)]);
    assert_eq!(check.code, Some(75), "nobody can say yet whether it is sound: {check:?}");
    assert!(check.err.contains("try: start the server once"), "{}", check.err);
    let server = Server::start(place.path(), &[]);
    let clock = over_file(&socket, "GET /api/v1/clock", "").unwrap().json();
    assert_eq!(clock["movable"], true);
    assert!(clock["now"].as_str() > clock["wall"].as_str(), "a day was let pass: {clock}");
    drop(server);
}

#[test]
fn a_taken_port_is_named_with_the_remedy() {
    let place = folder();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let new = place.path().join("new");
    let ended = run(&["serve", "--demo", "--data", new.to_str().unwrap(), "--listen", &address]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains(&address) && ended.err.contains("--listen"), "{}", ended.err);
    assert!(!new.exists(), "nothing is stored for nobody");
}

#[test]
fn with_a_certificate_the_server_speaks_https() {
    let place = folder();
    let tls = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/tls");
    let (cert, key) = (format!("{tls}/cert.pem"), format!("{tls}/key.pem"));
    let server = Server::start(place.path(), &["--tls-cert", &cert, "--tls-key", &key]);
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(&cert).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let connection = rustls::ClientConnection::new(Arc::new(config), name).unwrap();
    let stream = std::net::TcpStream::connect(&server.address).unwrap();
    let stream = rustls::StreamOwned::new(connection, stream);
    assert_eq!(ask(stream, "GET /healthz", "", "").unwrap().status, 200);
    let refused = run(&["serve", "--data", data(&place), "--tls-cert", &key, "--tls-key", &key]);
    assert_eq!(refused.code, Some(1));
}
