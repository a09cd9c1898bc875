package qubes.core.internal.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qubes.core.error.QubesException;
import qubes.core.error.QubesVMError;
import qubes.core.error.QubesVMNotFoundError;
import qubes.core.event.Event;
import qubes.core.event.FirewallChanged;
import qubes.core.firewall.Action;
import qubes.core.firewall.AddressFamily;
import qubes.core.firewall.Expire;
import qubes.core.firewall.Firewall;
import qubes.core.firewall.Proto;
import qubes.core.firewall.Rule;
import qubes.core.firewall.RuleList;
import qubes.core.internal.store.FirewallReader;
import qubes.core.vm.QubesVM;

/** The rows 'firewall file' of spec network.md, and its §6 and §7 behind them. */
class FirewallTest {
    private static final List<Rule> ACCEPT_ALL = List.of(Rule.of(Action.ACCEPT));
    private static final List<Rule> TWO =
            List.of(
                    Rule.parse("action=accept dst4=192.0.2.0/24 proto=tcp comment=mirror"),
                    Rule.of(Action.DROP));

    @TempDir private Path home;

    private final HandClock clock = new HandClock();
    private QubesSystem system;
    private QubesVM work;

    @BeforeEach
    void open() {
        system = TestSystem.empty(home, clock);
        work = (QubesVM) TestSystem.plain(system, "work");
        work.createOnDisk();
    }

    @AfterEach
    void close() {
        system.close();
    }

    @Test
    @DisplayName("without a file there is one rule that accepts, before a policy to drop")
    void hasDefaults() {
        assertEquals(ACCEPT_ALL, work.firewall().rules());
        assertFalse(work.firewall().hasFile());
        assertEquals("action=accept\n", work.firewall().apiText());
        assertEquals(
                Map.of("policy", "drop", "0000", "action=accept"),
                work.firewall().entries(AddressFamily.V4));
    }

    @Test
    @DisplayName("the default rules are saved and read back unchanged")
    void savesDefaults() throws IOException {
        work.firewall().save();
        assertTrue(work.firewall().hasFile());
        assertEquals(ACCEPT_ALL, reopened().rules());
    }

    @Test
    @DisplayName("rules are saved for everybody to read, announced, and read back")
    void savesRules() throws Exception {
        assertEquals(
                List.of("work firewall-changed"),
                TestSystem.heard(system, () -> work.firewall().replace(TWO)));
        assertEquals(TWO, work.firewall().rules());
        assertEquals(TWO, reopened().rules());
        assertEquals(
                "rw-rw-r--", PosixFilePermissions.toString(Files.getPosixFilePermissions(file())));
        assertEquals(List.of("firewall.xml"), folder(), "nothing else is left");
    }

    @Test
    @DisplayName("the file is read when the rules are first asked for, and then never again")
    void readsOnce() throws IOException {
        Files.writeString(file(), "<firewall version=\"2\"/>");
        assertEquals(List.of(), work.firewall().rules());
        Files.writeString(file(), "broken");
        assertEquals(List.of(), work.firewall().rules());
    }

    @Test
    @DisplayName("a rule that expired stays in memory but not in the file")
    void keepsExpiredInMemory() throws IOException {
        List<Rule> rules = List.of(Rule.of(Action.DROP, Expire.of(1463292452)), TWO.get(0));
        work.firewall().replace(rules);
        assertEquals(rules, work.firewall().rules());
        assertEquals(TWO.subList(0, 1), reopened().rules());
        assertEquals(
                Map.of("policy", "drop", "0001", "action=accept dst4=192.0.2.0/24 proto=tcp"),
                work.firewall().entries(AddressFamily.V4));
    }

    @Test
    @DisplayName("a rule that expires in 5 s is gone from memory and file after the timer")
    void dropsExpired() throws Exception {
        work.firewall().replace(List.of(expiringIn(5, Action.ACCEPT), TWO.get(1)));
        assertEquals(1, clock.pending());
        clock.advance(Duration.ofSeconds(4));
        assertEquals(2, work.firewall().rules().size());
        assertEquals(
                List.of("work firewall-changed"),
                TestSystem.heard(system, () -> clock.advance(Duration.ofSeconds(1))));
        assertEquals(TWO.subList(1, 2), work.firewall().rules());
        assertEquals(TWO.subList(1, 2), reopened().rules());
        assertEquals(0, clock.pending());
    }

    @Test
    @DisplayName("rules that expire one after the other go one after the other")
    void dropsEachInTime() throws Exception {
        work.firewall().replace(List.of(expiringIn(20, Action.DROP), expiringIn(10, Action.DROP)));
        clock.advance(Duration.ofSeconds(10));
        assertEquals(1, work.firewall().rules().size());
        assertEquals(
                List.of("work firewall-changed"),
                TestSystem.heard(system, () -> clock.advance(Duration.ofSeconds(10))));
        assertEquals(List.of(), work.firewall().rules());
    }

    @Test
    @DisplayName("rules that are replaced do not expire any more")
    void forgetsReplacedRules() throws Exception {
        work.firewall().replace(List.of(expiringIn(5, Action.ACCEPT)));
        work.firewall().replace(TWO);
        assertEquals(0, clock.pending());
    }

    @Test
    @DisplayName("what somebody else wrote into the file in the meantime is read by the timer")
    void readsTheFileAgain() throws IOException {
        work.firewall().replace(List.of(expiringIn(5, Action.ACCEPT)));
        Rule other = expiringIn(3, Action.DROP);
        Files.writeString(
                file(),
                "<firewall version='2'><rules><rule><properties><property name='action'>drop"
                        + "</property><property name='expire'>"
                        + other.expire().orElseThrow().text()
                        + "</property></properties></rule><rule><properties>"
                        + "<property name='action'>accept</property><property name='proto'>udp"
                        + "</property></properties></rule></rules></firewall>");
        clock.advance(Duration.ofSeconds(5));
        assertEquals(List.of(Rule.of(Action.ACCEPT, Proto.UDP)), work.firewall().rules());
    }

    @Test
    @DisplayName("of rules that somebody else wrote, none need end for the timer to read them")
    void readsTheFileAgainThoughNothingEnded() throws Exception {
        work.firewall().replace(TWO);
        byte[] others = Files.readAllBytes(file());
        work.firewall().replace(List.of(expiringIn(5, Action.ACCEPT)));
        Files.write(file(), others);
        assertEquals(
                List.of("work firewall-changed"),
                TestSystem.heard(system, () -> clock.advance(Duration.ofSeconds(5))));
        assertEquals(TWO, work.firewall().rules());
        assertEquals(TWO, reopened().rules());
        assertEquals(0, clock.pending());
    }

    @Test
    @DisplayName("a file that cannot be rid of a rule in time is tried again")
    void triesAgain() throws Exception {
        work.firewall().replace(List.of(expiringIn(5, Action.ACCEPT)));
        byte[] good = Files.readAllBytes(file());
        Files.writeString(file(), "broken");
        assertEquals(
                List.of(), TestSystem.heard(system, () -> clock.advance(Duration.ofSeconds(5))));
        assertEquals("broken", Files.readString(file()));
        assertEquals("", work.firewall().apiText(), "it does not hold any more all the same");
        Files.write(file(), good);
        assertEquals(
                List.of("work firewall-changed"),
                TestSystem.heard(system, () -> clock.advance(Duration.ofMinutes(1))));
        assertEquals(List.of(), reopened().rules());
    }

    @Test
    @DisplayName("a clone takes rules over in memory only, and silently")
    void clones() throws Exception {
        QubesVM source = (QubesVM) TestSystem.plain(system, "source");
        source.createOnDisk();
        source.firewall().replace(List.of(expiringIn(5, Action.ACCEPT), TWO.get(1)));
        assertEquals(
                List.of(),
                TestSystem.heard(system, () -> work.firewall().cloneFrom(source.firewall())));
        assertEquals(source.firewall().rules(), work.firewall().rules());
        assertFalse(work.firewall().hasFile());
        source.firewall().replace(ACCEPT_ALL);
        assertEquals(2, work.firewall().rules().size());
        assertEquals(
                List.of("work firewall-changed"),
                TestSystem.heard(system, () -> clock.advance(Duration.ofSeconds(5))));
        assertEquals(TWO.subList(1, 2), work.firewall().rules());
        assertFalse(work.firewall().hasFile());
    }

    @Test
    @DisplayName("rules in memory outlive the bundle of the klass")
    void outlivesItsKlass() {
        work.firewall().cloneFrom(withRules("source", TWO).firewall());
        system.unbindFactory(TestSystem.PLAIN);
        TestSystem.addFactory(system, TestSystem.PLAIN);
        QubesVM renewed = (QubesVM) system.domain(work.name());
        assertEquals(TWO, renewed.firewall().rules());
    }

    @Test
    @DisplayName("a file that is not understood is an error each time, and stays as it is")
    void leavesAFileAlone() throws IOException {
        Files.writeString(file(), "<firewall version='3'/>");
        Firewall firewall = work.firewall();
        assertTrue(
                assertThrows(QubesVMError.class, firewall::rules)
                        .getMessage()
                        .startsWith("firewall.xml of work is of version '3'"));
        assertThrows(QubesVMError.class, () -> firewall.replace(TWO));
        assertThrows(QubesVMError.class, firewall::save);
        assertEquals("<firewall version='3'/>", Files.readString(file()));
        Files.delete(file());
        assertEquals(ACCEPT_ALL, firewall.rules(), "once it is away, all is well");
    }

    @Test
    @DisplayName("what cannot be written changes nothing and is not announced")
    void failsWhole() throws Exception {
        work.firewall().replace(TWO);
        Files.delete(file());
        Files.delete(work.storage().directory());
        List<QubesException> refusals = new ArrayList<>();
        assertEquals(
                List.of(),
                TestSystem.heard(
                        system,
                        () ->
                                refusals.add(
                                        assertThrows(
                                                QubesException.class,
                                                () -> work.firewall().replace(ACCEPT_ALL)))));
        assertEquals(
                "firewall.xml of work cannot be saved: the domain's folder is not there",
                refusals.get(0).getMessage());
        assertEquals(TWO, work.firewall().rules());
    }

    @Test
    @DisplayName("nothing but a file is read")
    void readsFilesOnly() throws IOException {
        Files.createDirectory(file());
        assertEquals(
                "firewall.xml of work cannot be read: it is not a file",
                assertThrows(QubesException.class, () -> work.firewall().rules()).getMessage());
    }

    @Test
    @DisplayName("a file of more than 16 MiB is refused")
    void refusesHugeFiles() throws IOException {
        Files.write(file(), new byte[(1 << 24) + 1]);
        assertEquals(
                "firewall.xml of work cannot be read: it is larger than 16777216 bytes",
                assertThrows(QubesException.class, () -> work.firewall().rules()).getMessage());
    }

    @Test
    @DisplayName("rules are not saved under the model lock")
    void refusesUnderTheLock() {
        assertThrows(
                IllegalStateException.class,
                () -> system.model().write(() -> work.firewall().replace(TWO)));
        assertFalse(work.firewall().hasFile());
    }

    @Test
    @DisplayName("a removed domain takes its rules, notes and timer along")
    void leavesWithItsDomain() {
        Firewall firewall = work.firewall();
        firewall.replace(List.of(expiringIn(5, Action.ACCEPT)));
        work.notes().write("note");
        Path folder = work.storage().directory();
        assertTrue(Files.exists(folder.resolve("notes.txt")));
        system.remove(work);
        assertFalse(Files.exists(folder));
        assertEquals(0, clock.pending());
        assertThrows(QubesVMNotFoundError.class, () -> firewall.replace(TWO));
        assertThrows(QubesVMNotFoundError.class, () -> work.firewall());
        assertFalse(Files.exists(folder));
    }

    @Test
    @DisplayName("the folder of a domain is the group's to write")
    void sharesTheFolder() throws IOException {
        assertEquals(
                "rwxrwxr-x",
                PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(work.storage().directory())));
    }

    @Test
    @DisplayName("rules of domains that are loaded end in time, though nobody asks for them")
    void wakes() throws Exception {
        work.firewall().replace(List.of(expiringIn(5, Action.ACCEPT), expiringIn(9, Action.DROP)));
        HandClock later = new HandClock();
        later.advance(Duration.ofSeconds(7));
        DomainFiles files = new DomainFiles(system, later);
        DomainFirewall other =
                (DomainFirewall) files.firewall(work.record(), true, work.storage().directory());
        assertEquals(List.of("work firewall-changed"), TestSystem.heard(system, other::wake));
        assertEquals(1, other.rules().size());
        assertEquals(1, later.pending());
        assertEquals(List.of(), TestSystem.heard(system, other::wake), "there is nothing to do");
        later.advance(Duration.ofSeconds(2));
        assertEquals(List.of(), reopened().rules());
    }

    @Test
    @DisplayName("what ended while the klass was away ends when its domains are loaded")
    void wakesWithItsKlass() throws Exception {
        work.firewall().replace(List.of(expiringIn(5, Action.ACCEPT), TWO.get(1)));
        byte[] stale = Files.readAllBytes(file());
        work.firewall().replace(TWO);
        system.unbindFactory(TestSystem.PLAIN);
        Files.write(file(), stale);
        clock.advance(Duration.ofSeconds(5));
        CompletableFuture<Event> changed = new CompletableFuture<>();
        try (AutoCloseable listening =
                system.listen(
                        event -> {
                            if (event instanceof FirewallChanged) {
                                changed.complete(event);
                            }
                        })) {
            TestSystem.addFactory(system, TestSystem.PLAIN);
            assertEquals("work", changed.join().subject().subjectName());
        }
        assertEquals(TWO.subList(1, 2), reopened().rules());
    }

    private Rule expiringIn(long seconds, Action action) {
        return Rule.of(action, Expire.of(clock.now().getEpochSecond() + seconds));
    }

    private QubesVM withRules(String name, List<Rule> rules) {
        QubesVM vm = (QubesVM) TestSystem.plain(system, name);
        vm.createOnDisk();
        vm.firewall().replace(rules);
        return vm;
    }

    /** What another daemon would read. */
    private RuleList reopened() throws IOException {
        return new FirewallReader().read(Files.readAllBytes(file()), "firewall.xml").rules();
    }

    private Path file() {
        return work.storage().directory().resolve("firewall.xml");
    }

    private List<String> folder() throws IOException {
        try (Stream<Path> files = Files.list(work.storage().directory())) {
            return files.map(found -> found.getFileName().toString()).toList();
        }
    }
}
