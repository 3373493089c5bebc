use super::*;
use proptest::prelude::*;
use std::net::IpAddr;

fn read(text: &str) -> Result<String, BadTarget> {
    Target::read(text).map(|target| target.to_string())
}

#[test]
fn a_target_is_a_plain_host_and_a_port() {
    for (text, target) in [
        ("Registry.NPMJS.org:443", "registry.npmjs.org:443"),
        ("pypi.org.:443", "pypi.org:443"),
        ("[2606:4700::1]:443", "[2606:4700::1]:443"),
        ("1.1.1.1:80", "1.1.1.1:80"),
        ("a_b.example:65535", "a_b.example:65535"),
    ] {
        assert_eq!(read(text), Ok(target.to_owned()), "{text}");
    }
}

#[test]
fn whatever_else_a_resolver_might_read_as_an_address_is_refused() {
    for text in [
        "127.1:80",
        "0x7f.0.0.1:80",
        "0x7f000001:80",
        "2130706433:80",
        "127.0.0.01:80",
        "0177.0.0.1:80",
        "1.2.3:80",
        "host.0x10:80",
    ] {
        assert_eq!(Target::read(text), Err(BadTarget::Host), "{text}");
    }
}

#[test]
fn odd_shapes_are_refused() {
    for text in [
        "",
        "host",
        "host:",
        ":80",
        "host:0",
        "host:65536",
        "host:+80",
        "user@host:80",
        "ho st:80",
        "host/path:80",
        "höst:80",
        "-host:80",
        "host-:80",
        "a..b:80",
        "[::1:80",
        "::1:80",
        "host:80\r\nx",
        "host\0:80",
        "*:80",
        "*.example.org:80",
        "fe80::1%eth0:80",
    ] {
        assert!(Target::read(text).is_err(), "{text:?}");
    }
    assert!(Target::read(&format!("{}:80", "a".repeat(254))).is_err());
    assert!(Target::read(&format!("{}.org:80", "a".repeat(64))).is_err());
}

#[test]
fn a_pattern_covers_exactly_what_it_says() {
    let target = |text: &str| Target::read(text).unwrap();
    for (pattern, text, covers) in [
        ("pypi.org", "pypi.org:443", true),
        ("PyPI.org.", "pypi.org:80", true),
        ("pypi.org", "pypi.org:22", false),
        ("pypi.org:22", "pypi.org:22", true),
        ("pypi.org:22", "pypi.org:443", false),
        ("pypi.org", "evilpypi.org:443", false),
        ("pypi.org", "pypi.org.evil.example:443", false),
        ("*.example.org", "a.b.example.org:443", true),
        ("*.example.org", "example.org:443", false),
        ("*.example.org", "badexample.org:443", false),
        ("*.example.org:8443", "a.example.org:8443", true),
        ("*", "example.org:443", false),
        ("*.", "example.org:443", false),
        ("*.*", "a.example.org:443", false),
        ("*.1.1.1", "1.1.1.1:443", false),
        ("1.1.1.1", "1.1.1.1:443", true),
        ("", "example.org:443", false),
        ("pypi.org:x", "pypi.org:443", false),
    ] {
        assert_eq!(target(text).is_covered_by(pattern), covers, "{pattern} {text}");
    }
}

#[test]
fn this_machine_its_neighbours_and_metadata_are_never_reached() {
    for text in [
        "127.0.0.1",
        "127.255.0.3",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.127.255.255",
        "100.100.100.200",
        "224.0.0.1",
        "255.255.255.255",
        "240.0.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "192.0.0.8",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2002:c0a8:101::1",
        "2001::1",
        "fc00::1",
        "fd7a:115c:a1e0::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
    ] {
        let address: IpAddr = text.parse().unwrap();
        assert!(never_reached(address).is_some(), "{text}");
    }
    for text in [
        "1.1.1.1",
        "8.8.8.8",
        "100.63.255.255",
        "100.128.0.1",
        "172.32.0.1",
        "2606:4700:4700::1111",
        "64:ff9b::101:101",
        "2002:101:101::1",
    ] {
        let address: IpAddr = text.parse().unwrap();
        assert_eq!(never_reached(address), None, "{text}");
    }
}

#[test]
fn words_of_presets_stand_for_their_hosts_and_others_for_themselves() {
    assert_eq!(
        hosts_of(["npm", "git.example.org:8443"]),
        ["registry.npmjs.org", "registry.yarnpkg.com", "git.example.org:8443"]
    );
    for preset in PRESETS {
        for host in preset.hosts {
            let target = Target::new(host, 443).unwrap();
            assert!(target.is_covered_by(host) && target.address().is_none(), "{host}");
        }
    }
}

proptest! {
    #[test]
    fn no_text_panics_and_what_is_read_reads_the_same_again(text in "\\PC{0,80}(:[0-9]{1,6})?") {
        if let Ok(target) = Target::read(&text) {
            prop_assert_eq!(Target::read(&target.to_string()), Ok(target));
        }
    }

    #[test]
    fn every_address_that_carries_another_is_judged_as_that_one(bits in any::<u32>()) {
        let v4 = std::net::Ipv4Addr::from(bits);
        let mapped = IpAddr::from(v4.to_ipv6_mapped());
        prop_assert_eq!(never_reached(IpAddr::from(v4)), never_reached(mapped));
    }
}

#[test]
fn a_network_of_made_up_addresses_is_one_place_and_a_tailnet_is_many() {
    let at = |text: &str| one_place(text.parse().unwrap());
    assert_eq!(at("2001:db8:1:2::7"), at("2001:db8:1:2:ffff::8"));
    assert_ne!(at("2001:db8:1:2::7"), at("2001:db8:1:3::7"));
    assert_ne!(at("fd7a:115c:a1e0::7"), at("fd7a:115c:a1e0::8"));
    assert!(at("::1").is_loopback());
    assert_eq!(at("::ffff:100.64.0.7"), at("100.64.0.7"), "the same one in other words");
}
