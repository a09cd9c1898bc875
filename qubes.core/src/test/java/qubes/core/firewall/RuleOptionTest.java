package qubes.core.firewall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rows 'firewall options' of spec network.md, and the rules of its §5.1 behind them. */
@NullMarked
class RuleOptionTest {
    @ParameterizedTest(name = "{0} {1}: text {2}, rule text {3}, API text {4}")
    @DisplayName("an option has a value, a form for guests and a form for the API")
    @CsvSource(
            nullValues = "none",
            textBlock =
                    """
                    action,        accept,                accept,                   action=accept,                     action=accept
                    action,        drop,                  drop,                     action=drop,                       action=drop
                    proto,         tcp,                   tcp,                      proto=tcp,                         proto=tcp
                    proto,         udp,                   udp,                      proto=udp,                         proto=udp
                    proto,         icmp,                  icmp,                     proto=icmp,                        proto=icmp
                    specialtarget, dns,                   dns,                      specialtarget=dns,                 specialtarget=dns
                    dsthost,       qubes-os.org,          qubes-os.org,             dsthost=qubes-os.org,              dsthost=qubes-os.org
                    dsthost,       '',                    '',                       dsthost=,                          dsthost=
                    dsthost,       127.0.0.1,             127.0.0.1/32,             dst4=127.0.0.1/32,                 dst4=127.0.0.1/32
                    dsthost,       127.0.0.0/8,           127.0.0.0/8,              dst4=127.0.0.0/8,                  dst4=127.0.0.0/8
                    dsthost,       127.1.2.3/8,           127.1.2.3/8,              dst4=127.1.2.3/8,                  dst4=127.1.2.3/8
                    dsthost,       0.0.0.0/0,             0.0.0.0/0,                dst4=0.0.0.0/0,                    dst4=0.0.0.0/0
                    dsthost,       10.0.0.0/08,           10.0.0.0/08,              dst4=10.0.0.0/08,                  dst4=10.0.0.0/08
                    dsthost,       127.0.0.999,           127.0.0.999,              dsthost=127.0.0.999,               dsthost=127.0.0.999
                    dsthost,       2001:abcd:efab::3,     2001:abcd:efab::3/128,    dst6=2001:abcd:efab::3/128,        dst6=2001:abcd:efab::3/128
                    dsthost,       2001:ABCD:efab::/64,   2001:ABCD:efab::/64,      dst6=2001:ABCD:efab::/64,          dst6=2001:ABCD:efab::/64
                    dsthost,       ::,                    ::/128,                   dst6=::/128,                       dst6=::/128
                    dsthost,       ::ffff:192.0.2.1,      ::ffff:192.0.2.1/128,     dst6=::ffff:192.0.2.1/128,         dst6=::ffff:192.0.2.1/128
                    dsthost,       1:2:3:4:5:6:7::,       1:2:3:4:5:6:7::/128,      dst6=1:2:3:4:5:6:7::/128,          dst6=1:2:3:4:5:6:7::/128
                    dsthost,       1:2:3:4:5:6:7:8,       1:2:3:4:5:6:7:8/128,      dst6=1:2:3:4:5:6:7:8/128,          dst6=1:2:3:4:5:6:7:8/128
                    dstports,      80,                    80,                       dstports=80-80,                    dstports=80-80
                    dstports,      80-90,                 80-90,                    dstports=80-90,                    dstports=80-90
                    dstports,      80-80,                 80,                       dstports=80-80,                    dstports=80-80
                    dstports,      0-65535,               0-65535,                  dstports=0-65535,                  dstports=0-65535
                    icmptype,      8,                     8,                        icmptype=8,                        icmptype=8
                    icmptype,      255,                   255,                      icmptype=255,                      icmptype=255
                    expire,        1463292452,            1463292452,               none,                              expire=1463292452
                    expire,        99999999999999999999,  99999999999999999999,     none,                              expire=99999999999999999999
                    comment,       Some comment,          Some comment,             none,                              comment=Some comment
                    comment,       ':;,./-_[] aZ09',      ':;,./-_[] aZ09',         none,                              'comment=:;,./-_[] aZ09'
                    """)
    void hasTexts(String key, String given, String text, String ruleText, String apiText) {
        RuleOption option = OptionKey.find(key).orElseThrow().parse(given);
        assertEquals(text, option.text());
        assertEquals(Optional.ofNullable(ruleText), option.ruleText());
        assertEquals(apiText, option.apiText());
        assertEquals(option, option.option().parse(option.text()), "its text is its value");
    }

    @ParameterizedTest(name = "{0} ''{1}''")
    @DisplayName("what cannot be a value is refused")
    @CsvSource(
            textBlock =
                    """
                    action, Accept
                    action, reject
                    action, ''
                    action, ' accept'
                    proto, TCP
                    proto, sctp
                    proto, ''
                    specialtarget, DNS
                    specialtarget, ''
                    dsthost, 127.0.0.0/33
                    dsthost, 127.0.0.0/-1
                    dsthost, 127.0.0.0/
                    dsthost, 127.0.0.0/99999999999
                    dsthost, 127.0.0.0/8/8
                    dsthost, 127/8
                    dsthost, 127.0.0/8
                    dsthost, 010.0.0.0/8
                    dsthost, /8
                    dsthost, 137.327.0.0/16
                    dsthost, 1.2.3.4.5/32
                    dsthost, 2001:abcd:efab0123::3/128
                    dsthost, 2001:abcd:efab:3/128
                    dsthost, www  qubes-os.org
                    dsthost, https://qubes-os.org
                    dsthost, 2001:abcd:efab::3/129
                    dsthost, 2001:abcd:efab::3/-1
                    dsthost, 2001:abcd:efgh::3/128
                    dsthost, 2001:abcd:efgh::3
                    dsthost, 1:2:3:4:5:6:7:8:9/128
                    dsthost, 1:2:3:4:5:6:7:8:9
                    dsthost, 1::2::3
                    dsthost, 1:2:3:4:5:6:7:8::
                    dsthost, ':'
                    dsthost, fe80::1%eth0
                    dsthost, 1.2.3.4::
                    dsthost, qubes-os.org/32
                    dsthost, Qubes-OS.org
                    dsthost, qubes os.org
                    dsthost, 'qubes-os.org;'
                    dsthost, a=b
                    dsthost, ążź
                    dstports, 100-20
                    dstports, 1000000000000
                    dstports, 65536
                    dstports, 1-65536
                    dstports, ''
                    dstports, -
                    dstports, -80
                    dstports, 80-
                    dstports, 80-90-100
                    dstports, 80 90
                    dstports, 1-1000000000000
                    dstports, http
                    dstports, +80
                    dstports, 8_0
                    dstports, ' 80'
                    dstports, ٨٠
                    icmptype, 600
                    icmptype, 256
                    icmptype, -1
                    icmptype, abcde
                    icmptype, ''
                    icmptype, 0008
                    expire, abcdef
                    expire, ''
                    expire, -1
                    expire, 1.5
                    expire, 1_0
                    comment, a=b
                    comment, ążźł
                    comment, 'a\tb'
                    comment, (a)
                    """)
    void refuses(String key, String given) {
        OptionKey option = OptionKey.find(key).orElseThrow();
        IllegalArgumentException refusal =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> option.parse(given.replace("\\t", "\t")));
        assertTrue(refusal.getMessage().contains(key), refusal.getMessage());
    }

    @ParameterizedTest(name = "({0}, {1}) is {2}")
    @DisplayName("an address with a prefix length beside it")
    @CsvSource({
        "127.0.0.0, 8, 127.0.0.0/8, DST4",
        "127.0.0.1, 0, 127.0.0.1/32, DST4",
        "2001:abcd:efab::, 64, 2001:abcd:efab::/64, DST6",
        "2001:abcd:efab::3, 0, 2001:abcd:efab::3/128, DST6",
        "qubes-os.org, 32, qubes-os.org, DSTHOST"
    })
    void takesAPrefixLength(String address, int length, String text, DstHost.Kind kind) {
        DstHost host = DstHost.of(address, length);
        assertEquals(text, host.text());
        assertEquals(kind, host.kind());
    }

    @ParameterizedTest(name = "({0}, {1})")
    @DisplayName("a prefix length out of range is refused")
    @CsvSource({
        "127.0.0.0, 33",
        "127.0.0.0, -1",
        "2001:abcd:efab::3, 129",
        "2001:abcd:efab::3, -1"
    })
    void refusesAPrefixLength(String address, int length) {
        assertThrows(IllegalArgumentException.class, () -> DstHost.of(address, length));
    }

    @Test
    @DisplayName("numbers are as good as their texts")
    void takesNumbers() {
        assertEquals(DstPorts.of("80"), DstPorts.of(80));
        assertEquals(new DstPorts(80, 90), DstPorts.of("80-90"));
        assertEquals(IcmpType.of("8"), new IcmpType(8));
        assertEquals(new Expire("1463292452"), Expire.of(1463292452));
        assertThrows(IllegalArgumentException.class, () -> DstPorts.of(-1));
        assertThrows(IllegalArgumentException.class, () -> new DstPorts(100, 20));
        assertThrows(IllegalArgumentException.class, () -> new IcmpType(600));
        assertThrows(IllegalArgumentException.class, () -> new IcmpType(-1));
        assertThrows(IllegalArgumentException.class, () -> Expire.of(-1));
    }

    @Test
    @DisplayName("the actions are accept and drop")
    void listsActions() {
        assertEquals(
                List.of("accept", "drop"),
                Arrays.stream(Action.values()).map(Action::text).toList());
    }

    @Test
    @DisplayName("a time has passed from its second on")
    void tellsPassedTimes() {
        Expire end = Expire.of(1463292452);
        assertFalse(end.passed(Instant.ofEpochSecond(1463292451, 999_999_999)));
        assertTrue(end.passed(Instant.ofEpochSecond(1463292452)));
        assertTrue(end.passed(Instant.ofEpochSecond(1764104331)));
    }

    @ParameterizedTest
    @DisplayName("a time beyond all calendars never passes")
    @ValueSource(strings = {"31556889864403199", "9223372036854775807", "99999999999999999999999"})
    void neverPasses(String digits) {
        assertEquals(Instant.MAX.getEpochSecond(), new Expire(digits).instant().getEpochSecond());
    }

    @Test
    @DisplayName("leading zeros do not move a time")
    void ignoresLeadingZeros() {
        assertEquals(
                Instant.ofEpochSecond(7), new Expire("0000000000000000000000000007").instant());
        assertEquals(Instant.EPOCH, new Expire("000").instant());
    }

    @ParameterizedTest
    @DisplayName("an option is found by its name")
    @EnumSource
    void isFoundByName(OptionKey key) {
        assertEquals(Optional.of(key), OptionKey.find(key.wireName()));
    }
}
