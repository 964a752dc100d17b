//! What the settings promise: which layer wins, and how a wrong value is refused.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Parser;
use expect_test::expect;

use super::*;

#[derive(Debug, Parser)]
struct All {
    #[command(flatten)]
    flags: AllFlags,
}

#[derive(Debug, Parser)]
struct Place {
    #[command(flatten)]
    flags: PlaceFlags,
}

/// What is effective under a file, an environment and a command line.
fn resolve(
    file: &str,
    environment: &[(&str, &str)],
    line: &[&str],
) -> Result<Effective, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tillbox.toml");
    std::fs::write(&path, file).unwrap();
    let named = [("TILLBOX_CONFIG", path.to_str().unwrap())];
    let environment = environment.iter().chain(&named);
    let environment = environment.map(|(name, value)| ((*name).into(), (*value).into()));
    let line = ["tillbox"].iter().chain(line);
    let flags = All::try_parse_from(line).unwrap().flags.0;
    Effective::resolve(&flags, environment)
}

/// The settings that somebody set, with their sources; the file by its name alone.
fn set(effective: &Effective) -> String {
    let mut text = String::new();
    for row in effective.rows().iter().filter(|it| it.source != Source::Default) {
        let source = match &row.source {
            Source::File(_) => "the file".to_owned(),
            Source::Default | Source::Variable(_) | Source::Flag(_) => row.source.to_string(),
        };
        writeln!(text, "{} = {} ({source})", row.key, row.value).unwrap();
    }
    text
}

fn refused(file: &str, environment: &[(&str, &str)], line: &[&str]) -> String {
    let text = resolve(file, environment, line).unwrap_err().to_string();
    let words = text.split('`').map(|it| if it.ends_with("tillbox.toml") { "FILE" } else { it });
    words.collect::<Vec<_>>().join("`")
}

#[test]
fn a_flag_beats_a_variable_beats_the_file_beats_the_default() {
    let file = "listen = '127.0.0.1:1'\ncache_mib = 11\nmail_from = 'file@example.com'";
    let environment =
        [("TILLBOX_LISTEN", "127.0.0.1:2"), ("TILLBOX_CACHE_MIB", "12"), ("TILLBOX_LOG", "")];
    let effective = resolve(file, &environment, &["--listen", "127.0.0.1:3"]).unwrap();
    expect![[r"
        listen = 127.0.0.1:3 (--listen)
        cache_mib = 12 (TILLBOX_CACHE_MIB)
        mail_from = file@example.com (the file)
    "]]
    .assert_eq(&set(&effective));
    assert_eq!(effective.config.cache_bytes, 12 << 20);
    assert_eq!(effective.config.listen.port(), 3);
}

#[test]
fn a_variable_of_somebody_else_is_let_be() {
    let others = ["TILLBOX_OPERATOR_EMAIL", "TILLBOX_SERVICE_HOST", "TILLBOX_PORT", "TILL_LISTN"];
    let effective = resolve("", &others.map(|it| (it, "x")), &[]).unwrap();
    assert_eq!(set(&effective), "");
}

#[test]
fn the_defaults_are_these() {
    let effective = Effective::resolve(&Flags::default(), []).unwrap();
    let mut text = String::new();
    for row in effective.rows() {
        writeln!(text, "{} = {}", row.key, row.value).unwrap();
        assert_eq!(row.source, Source::Default);
    }
    expect![[r"
        data = data
        listen = 127.0.0.1:8080
        public_url = 
        tls_cert = 
        tls_key = 
        cache_mib = 40
        smtp_url = 
        mail_from = tillbox@localhost
        secret_key_file = 
        allow_private_targets = false
        strict_references = false
        public_shop = true
        usage_window_days = 35
        file_mib_max = 256
        seller_gib_max = 10
        log_format = text
        log = info
    "]]
    .assert_eq(&text);
}

#[test]
fn what_cannot_be_used_is_named_with_its_place_and_rule() {
    let refusals = [
        refused("lisen = 'x'", &[], &[]),
        refused("colour = 'red'", &[], &[]),
        refused("[listen]\nport = 1", &[], &[]),
        refused("cache_mib = 1.5", &[], &[]),
        refused("cache_mib = 1", &[], &[]),
        refused("log_format = 'xml'", &[], &[]),
        refused("allow_private_targets = 'perhaps'", &[], &[]),
        refused("", &[("TILLBOX_LISTEN", "8080")], &[]),
        refused("", &[("TILLBOX_LISTN", "127.0.0.1:1")], &[]),
        refused("", &[("TILLBOX_USAGE_WINDOW_DAYS", "-3")], &[]),
        refused("", &[("TILLBOX_LOG", "tillbox=loud")], &[]),
        refused("", &[("TILLBOX_SMTP_URL", "http://ann:geheim@mail")], &[]),
        refused("public_url = 'billing.example.com'", &[], &[]),
        refused("tls_cert = 'a.pem'", &[], &[]),
        refused("smtp_url = 'smtp://mail.example.com'", &[], &[]),
    ];
    expect![[r#"
        `lisen` in `FILE` is no setting; did you mean `listen`?
        `colour` in `FILE` is no setting
        `listen` in `FILE` cannot be used: must be a text, a whole number, or true or false
        `cache_mib` in `FILE` cannot be used: must be a text, a whole number, or true or false
        `cache_mib` in `FILE` cannot be used: 1 is not in 4..=1048576
        `log_format` in `FILE` cannot be used: invalid value 'xml' for '--log-format <FORMAT>' [possible values: text, json]
        `allow_private_targets` in `FILE` cannot be used: invalid value 'perhaps' for '--allow-private-targets[=<BOOL>]' [possible values: true, false]
        `TILLBOX_LISTEN` in the environment cannot be used: must be an IP address and a port, as in 127.0.0.1:8080 or [::]:8080
        `TILLBOX_LISTN` in the environment is no setting; did you mean `TILLBOX_LISTEN`?
        `TILLBOX_USAGE_WINDOW_DAYS` in the environment cannot be used: -3 is not in 1..=400
        `TILLBOX_LOG` in the environment cannot be used: error parsing level filter: expected one of "off", "error", "warn", "info", "debug", "trace", or a number 0-5
        `TILLBOX_SMTP_URL` in the environment cannot be used: must be like smtp://user:password@host:587, or smtps:// where the whole connection is encrypted
        `public_url` in `FILE` cannot be used: must be an address on the web such as `https://example.com/path`
        `tls_cert` needs `tls_key` to be set, too
        `smtp_url` needs `mail_from` to be set, too"#]]
    .assert_eq(&refusals.join("\n"));
}

#[test]
fn a_file_that_is_not_there_or_not_toml_is_refused() {
    let flags = Flags(BTreeMap::from([("config".to_owned(), "/no/such/file.toml".into())]));
    let refusal = Effective::resolve(&flags, []).unwrap_err();
    assert_eq!(refusal.to_string(), "the settings in `/no/such/file.toml` cannot be read");
    let refusal = refused("listen = ", &[], &[]);
    assert!(refusal.starts_with("`FILE` is not valid TOML: "), "{refusal}");
}

#[test]
fn a_switch_says_yes_alone_and_can_be_turned_off() {
    let targets = |line: &[&str]| {
        let file = "allow_private_targets = true";
        resolve(file, &[], line).unwrap().config.webhook_targets
    };
    assert_eq!(targets(&[]), Targets::Any);
    assert_eq!(targets(&["--allow-private-targets"]), Targets::Any);
    assert_eq!(targets(&["--allow-private-targets=false"]), Targets::Public);
}

#[test]
fn a_secret_is_told_to_nobody() {
    let url = "smtp://ann:geheim@mail.example.com";
    let line = ["--smtp-url", url, "--mail-from", "ann@example.com"];
    let effective = resolve("", &[], &line).unwrap();
    assert!(!format!("{effective:?}{}", set(&effective)).contains("geheim"));
    assert_eq!(effective.config.smtp_url.unwrap().reveal(), url);
}

#[test]
fn every_setting_can_be_set_in_every_way() {
    let values = BTreeMap::from([
        ("data", "somewhere"),
        ("listen", "0.0.0.0:80"),
        ("public_url", "https://billing.example.com"),
        ("tls_cert", "cert.pem"),
        ("tls_key", "key.pem"),
        ("cache_mib", "100"),
        ("smtp_url", "smtps://mail.example.com"),
        ("mail_from", "ann@example.com"),
        ("secret_key_file", "key"),
        ("allow_private_targets", "true"),
        ("strict_references", "true"),
        ("public_shop", "false"),
        ("usage_window_days", "10"),
        ("file_mib_max", "10"),
        ("seller_gib_max", "20"),
        ("log_format", "json"),
        ("log", "debug"),
    ]);
    let file: Vec<_> = values.iter().map(|(key, value)| format!("{key} = '{value}'")).collect();
    let variables: Vec<_> = values.iter().map(|it| (variable(it.0), *it.1)).collect();
    let variables: Vec<_> = variables.iter().map(|it| (it.0.as_str(), it.1)).collect();
    let line: Vec<_> = values.iter().map(|(key, value)| format!("{}={value}", flag(key))).collect();
    let line: Vec<_> = line.iter().map(String::as_str).collect();
    let shown = |effective: Effective| {
        let all = effective.rows().iter().map(|it| (it.key.clone(), it.value.clone()));
        assert!(effective.rows().iter().all(|it| it.source != Source::Default));
        all.collect::<Vec<_>>()
    };
    let by_file = shown(resolve(&file.join("\n"), &[], &[]).unwrap());
    assert_eq!(by_file, shown(resolve("", &variables, &[]).unwrap()));
    assert_eq!(by_file, shown(resolve("", &[], &line).unwrap()));
}

#[test]
fn a_command_that_only_finds_the_files_takes_no_other_flags() {
    let flags = Place::try_parse_from(["tillbox", "--data", "x", "--config", "y"]).unwrap().flags.0;
    let given: Vec<_> = flags.0.iter().map(|(key, value)| (key.as_str(), value.to_str())).collect();
    assert_eq!(given, [("config", Some("y")), ("data", Some("x"))]);
    assert!(Place::try_parse_from(["tillbox", "--listen", "127.0.0.1:1"]).is_err());
    let path = PathBuf::from("x");
    let flags = Flags(BTreeMap::from([("data".to_owned(), path.clone().into_os_string())]));
    assert_eq!(Effective::resolve(&flags, []).unwrap().config.data, path);
}
