//! Which addresses on the net we may be made to call.
//!
//! Webhooks are called where customers say. Whoever may name an address must not reach with it what
//! only this machine can reach: its own ports, its neighbours, the metadata of its cloud. An
//! address is looked at twice, as it is written and, after its name is resolved, at the moment of
//! connecting, so that a name cannot mean something else in between.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use reqwest::Url;
use thiserror::Error;

/// Why an address is not called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// It cannot be read.
    #[error("the address must be one on the web such as `https://example.com/path`")]
    Unreadable,
    /// It is of another kind than HTTP.
    #[error("the address must begin with `https://` or `http://`")]
    Scheme,
    /// It holds a name and password.
    #[error("the address must not hold a user's name or password")]
    Credentials,
    /// It names a machine by number.
    #[error("the address must name its host, not give its number")]
    Number,
    /// It names a machine that is nobody's on the public net.
    #[error("the host of the address must be on the public net")]
    Private,
    /// It names a port on which no web server is expected.
    #[error("the port of the address must be 80, 443 or from 1024 on")]
    Port,
}

/// How far we may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// To the public net alone.
    Public,
    /// Also to this machine and its neighbours: for tests, and for those whose systems are there.
    Private,
}

/// Names that are never on the public net (RFC 6761, RFC 6762, RFC 8375, ICANN).
const PRIVATE_NAMES: &[&str] = &["localhost", "local", "internal", "lan", "home", "arpa"];

impl Reach {
    /// The address as it will be called.
    ///
    /// # Errors
    /// If it is out of reach.
    pub fn admit(self, address: &str) -> Result<Url, Refusal> {
        let url = Url::parse(address).map_err(|_| Refusal::Unreadable)?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(Refusal::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::Credentials);
        }
        let host = url.host_str().ok_or(Refusal::Unreadable)?;
        match self {
            Self::Private => {}
            Self::Public => public_host(host, url.port())?,
        }
        Ok(url)
    }

    /// Whether a machine may be connected to.
    #[must_use]
    pub fn covers(self, address: IpAddr) -> bool {
        match self {
            Self::Private => true,
            Self::Public => is_public(address),
        }
    }
}

fn public_host(host: &str, port: Option<u16>) -> Result<(), Refusal> {
    // The parser has turned every spelling of a number into the usual one.
    if host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok() {
        return Err(Refusal::Number);
    }
    let (_, top) = host.trim_end_matches('.').rsplit_once('.').ok_or(Refusal::Private)?;
    if PRIVATE_NAMES.contains(&top) {
        return Err(Refusal::Private);
    }
    match port {
        None | Some(80 | 443 | 1024..) => Ok(()),
        Some(_) => Err(Refusal::Port),
    }
}

/// Whether an address belongs to one machine on the public net.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(it) => is_public_v4(it),
        IpAddr::V6(it) => is_public_v6(it),
    }
}

/// By the register of special addresses (IANA, RFC 6890).
fn is_public_v4(address: Ipv4Addr) -> bool {
    let is_special = match address.octets() {
        // This network, and what is routed nowhere.
        [0, ..] => true,
        // Behind a carrier's translation (RFC 6598); the metadata of one cloud is here.
        [100, second, ..] => second & 0xc0 == 64,
        // Protocol assignments, and the retired relay of 6to4.
        [192, 0, 0, _] | [192, 88, 99, _] => true,
        // Benchmarks (RFC 2544).
        [198, 18 | 19, ..] => true,
        // Metadata of another cloud, on an address that looks public.
        [168, 63, 129, 16] => true,
        // Multicast, reserved, broadcast.
        [224..=255, ..] => true,
        _ => false,
    };
    !is_special
        && !address.is_loopback()
        && !address.is_private()
        && !address.is_link_local()
        && !address.is_documentation()
}

/// Only what is handed out to the public, `2000::/3`, and in there nothing that wraps an address of
/// version 4 or is for documentation.
fn is_public_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        // Protocol assignments and Teredo, documentation, 6to4, documentation again (RFC 9637).
        [0x2001, 0..0x200, ..] | [0x2001, 0xdb8, ..] | [0x2002, ..] => false,
        [0x3fff, 0..0x1000, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A refusal in a word, for the tables.
    fn word(found: Result<Url, Refusal>) -> &'static str {
        match found {
            Ok(_) => "fine",
            Err(Refusal::Unreadable) => "unreadable",
            Err(Refusal::Scheme) => "scheme",
            Err(Refusal::Credentials) => "credentials",
            Err(Refusal::Number) => "number",
            Err(Refusal::Private) => "private",
            Err(Refusal::Port) => "port",
        }
    }

    /// Addresses, and what is said of them where only the public net may be reached.
    const WRITTEN: &str = "
        https://example.com => fine
        https://example.com/hook?a=b#c => fine
        http://example.com:8080/ => fine
        https://example.com:443/ => fine
        https://example.com:65535/ => fine
        https://bücher.example/ => fine
        https://example.com./ => fine
        https://127.0.0.1.example.com/ => fine
        HTTPS://EXAMPLE.COM => fine
        http://127.0.0.1/ => number
        http://127.1/ => number
        http://127.0.1/ => number
        http://2130706433/ => number
        http://0x7f000001/ => number
        http://0x7f.0.0.1/ => number
        http://0177.0.0.1/ => number
        http://017700000001/ => number
        http://127.0.0.1./ => number
        http://%31%32%37.0.0.1/ => number
        http://１２７.０.０.１/ => number
        http://127。0。0。1/ => number
        http://0/ => number
        http://0.0.0.0/ => number
        http://10.0.0.1/ => number
        http://172.16.0.1/ => number
        http://192.168.1.1:8080/ => number
        http://169.254.169.254/latest/meta-data/ => number
        http://0xa9fea9fe/ => number
        http://2852039166/ => number
        http://100.100.100.200/ => number
        http://255.255.255.255/ => number
        http://8.8.8.8/ => number
        http://[::1]/ => number
        http://[::]/ => number
        http://[::ffff:127.0.0.1]/ => number
        http://[::ffff:7f00:1]/ => number
        http://[0:0:0:0:0:ffff:a9fe:a9fe]/ => number
        http://[64:ff9b::7f00:1]/ => number
        http://[fe80::1]/ => number
        http://[fd00:ec2::254]/ => number
        http://[2001:4860:4860::8888]/ => number
        http://[fe80::1%25eth0]/ => unreadable
        http://localhost/ => private
        http://localhost./ => private
        http://LOCALHOST:8080/ => private
        http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/ => private
        http://a.localhost/ => private
        http://printer.local/ => private
        http://metadata.google.internal/ => private
        http://router.lan/ => private
        http://1.0.0.127.in-addr.arpa/ => private
        http://intranet/ => private
        http://user@example.com/ => credentials
        http://user:password@example.com/ => credentials
        http://:password@example.com/ => credentials
        http://example.com@127.0.0.1/ => credentials
        http://127.0.0.1#@example.com/ => number
        http://127.0.0.1\\@example.com/ => number
        http://example.com:22/ => port
        http://example.com:25/ => port
        http://example.com:0/ => port
        http://example.com:1023/ => port
        http://example.com:65536/ => unreadable
        http:127.0.0.1/ => number
        http:///127.0.0.1/ => number
        http:/\\127.0.0.1/ => number
        //127.0.0.1/ => unreadable
        ftp://example.com/ => scheme
        file:///etc/passwd => scheme
        gopher://127.0.0.1:6379/_INFO => scheme
        javascript:alert(1) => scheme
        data:text/plain,hello => scheme
        unix:///run/docker.sock => scheme
        https:// => unreadable
        https://exa mple.com/ => unreadable
        https://a..b\u{0}c/ => unreadable
        example.com => unreadable
    ";

    #[test]
    fn an_address_is_judged_as_it_is_written() {
        let rows: Vec<_> = WRITTEN.trim().lines().map(str::trim).collect();
        assert!(rows.len() >= 50);
        for row in rows {
            let (address, expected) = row.split_once(" => ").expect("a row is `address => word`");
            assert_eq!(word(Reach::Public.admit(address)), expected, "{address}");
        }
        assert_eq!(word(Reach::Public.admit("")), "unreadable");
    }

    #[test]
    fn those_who_may_go_everywhere_still_may_not_leave_the_web() {
        for (address, expected) in [
            ("http://127.0.0.1:25/", "fine"),
            ("http://localhost/", "fine"),
            ("http://user@localhost/", "credentials"),
            ("file:///etc/passwd", "scheme"),
        ] {
            assert_eq!(word(Reach::Private.admit(address)), expected, "{address}");
        }
    }

    #[test]
    fn a_machine_is_judged_by_its_number() {
        let public = "1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 93.184.216.34 100.63.255.255 \
            100.128.0.0 126.255.255.255 128.0.0.0 168.63.129.17 169.253.0.1 172.15.255.255 \
            172.32.0.0 192.0.1.1 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 \
            223.255.255.255 2001:4860:4860::8888 2606:4700::1111 2a00:1450::1 2001:200::1";
        let special = "0.0.0.0 0.1.2.3 10.0.0.0 10.255.255.255 100.64.0.0 100.100.100.200 \
            100.127.255.255 127.0.0.1 127.255.255.254 168.63.129.16 169.254.0.1 169.254.169.254 \
            172.16.0.0 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.0 \
            192.168.255.255 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 \
            239.255.255.255 240.0.0.1 255.255.255.255 :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 \
            ::ffff:8.8.8.8 ::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b:1::1 100::1 2001::1 \
            2001:1ff::1 2001:db8::1 2002:7f00:1::1 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 \
            fec0::1 ff02::1 4000::1";
        for (numbers, expected) in [(public, true), (special, false)] {
            for number in numbers.split_whitespace() {
                let address = number.parse().expect(number);
                assert_eq!(Reach::Public.covers(address), expected, "{number}");
                assert!(Reach::Private.covers(address), "{number}");
            }
        }
    }
}
