package qubes.admin.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Spec policy.md §1 and §2: files, directives, includes, and what a change does. */
class PolicyFilesTest {
    @TempDir private Path folder;

    private Path etc;
    private Path old;

    @BeforeEach
    void folders() throws IOException {
        etc = Files.createDirectories(folder.resolve("etc/include")).getParent();
        old = Files.createDirectory(folder.resolve("old"));
    }

    private void write(String name, String... lines) throws IOException {
        Files.write(etc.resolve(name), List.of(lines));
    }

    private PolicyReader.Contents read(Path... directories) throws IOException {
        return PolicyReader.read(List.of(directories), old);
    }

    /** Rules as lines, each with the file's name and line it is from. */
    private static List<String> shown(PolicyReader.Contents contents) {
        return contents.policy().rules().stream()
                .map(rule -> rule.text() + " (" + Path.of(rule.where()).toFile().getName() + ")")
                .toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "!no",
                "!include",
                "!include no-such-file",
                "!include 30-a.policy",
                "!include include",
                "!include-service a *",
                "!include-service a b 10-a.policy",
                "!include-service * +x 10-a.policy",
                "!include-dir no-such-dir x",
                "!include-dir no-such-dir",
                "!include-dir 10-a.policy",
                "!compat-4.0 x",
                "a * b c",
                "!include \0",
                "* * a b allow # no comment here"
            })
    @DisplayName("a mistake anywhere makes the whole policy unreadable")
    void mistakes(String line) throws IOException {
        write("10-a.policy", "* * * * deny");
        write("30-a.policy", "", "  # comment", line);
        assertThrows(PolicySyntaxError.class, () -> read(etc));
    }

    @Test
    @DisplayName("files go by name; an earlier folder hides namesakes; others are no policy")
    void order() throws IOException {
        Path run = Files.createDirectory(folder.resolve("run"));
        write("20-a.policy", "* * a b allow");
        write("30-b.policy", "* * a b deny", "* * a c deny");
        write(".hidden.policy", "nonsense");
        write("README", "nonsense");
        Files.createDirectory(etc.resolve("folder.policy"));
        assertEquals(
                List.of(
                        "* * a b allow (20-a.policy:1)",
                        "* * a b deny (30-b.policy:1)",
                        "* * a c deny (30-b.policy:2)"),
                shown(read(run, etc)));
        Files.writeString(run.resolve("20-a.policy"), "\t* *  x\ty deny\n");
        assertEquals("* * x y deny (20-a.policy:1)", shown(read(run, etc)).get(0));
        assertEquals(2, read(run, etc).files());
        write("Upper.policy", "");
        assertThrows(PolicySyntaxError.class, () -> read(run, etc));
    }

    @Test
    @DisplayName("included rules are where the line is, with their own files and lines")
    void include() throws IOException {
        write("10-a.policy", "* * a b deny", "!include include/f", "* * a d deny");
        write("include/f", "", "* * a c deny");
        assertEquals(
                List.of(
                        "* * a b deny (10-a.policy:1)",
                        "* * a c deny (f:2)",
                        "* * a d deny (10-a.policy:3)"),
                shown(read(etc)));
    }

    @Test
    @DisplayName("what is included is below the folder of the policy, wherever it is included from")
    void includeFromElsewhere() throws IOException {
        Path run = Files.createDirectories(folder.resolve("run/include")).getParent();
        Path elsewhere = Files.writeString(folder.resolve("elsewhere"), "!include include/f");
        Files.writeString(run.resolve("10-a.policy"), "!include " + elsewhere);
        Files.writeString(run.resolve("include/f"), "* * a b deny");
        write("20-b.policy", "!include-service s * " + elsewhere);
        write("include/f", "c d deny");
        assertEquals(List.of("* * a b deny (f:1)", "s * c d deny (f:1)"), shown(read(run, etc)));
    }

    @Test
    @DisplayName("the files of an included folder go by name")
    void includeFolder() throws IOException {
        write("10-a.policy", "!include-dir include");
        write("include/2.policy", "* * a c deny");
        write("include/1.policy", "* * a b deny");
        write("include/0", "nonsense");
        assertEquals(
                List.of("* * a b deny (1.policy:1)", "* * a c deny (2.policy:1)"),
                shown(read(etc)));
    }

    @Test
    @DisplayName("a file for a service is in the syntax of one, new or old, all the way down")
    void includeService() throws IOException {
        write("10-a.policy", "!include-service * * include/f", "!include-service s +x include/g");
        write(
                "include/f",
                "@anyvm @dispvm ask default_target=@dispvm",
                "$anyvm $dispvm ask,default_target=$dispvm");
        write("include/g", "$include:include/h");
        write("include/h", "!include include/i");
        write("include/i", "a b deny,notify=no");
        assertEquals(
                List.of(
                        "* * @anyvm @dispvm ask default_target=@dispvm (f:1)",
                        "* * @anyvm @dispvm ask default_target=@dispvm (f:2)",
                        "s +x a b deny notify=no (i:1)"),
                shown(read(etc)));
    }

    @Test
    @DisplayName("files of the old kind: for one argument first, and the rest of it is denied")
    void compatible() throws IOException {
        Files.writeString(old.resolve("test.ImplicitDeny+arg"), "test-vm1 test-vm2 allow");
        Files.writeString(old.resolve("test.ImplicitDeny"), "$anyvm $anyvm ask,user=root");
        Files.writeString(old.resolve("test.A"), "# nothing");
        Files.writeString(old.resolve("test.A~"), "nonsense");
        write("35-compat.policy", "!compat-4.0");
        write("90-default.policy", "* * @anyvm * allow");
        Policy policy = read(etc).policy();
        Fixture system = Fixture.spec();
        assertEquals(
                List.of(
                        "test.ImplicitDeny +arg test-vm1 test-vm2 allow",
                        "test.ImplicitDeny +arg @anyvm @anyvm deny",
                        "test.ImplicitDeny +arg @anyvm @adminvm deny",
                        "test.ImplicitDeny * @anyvm @anyvm ask user=root",
                        "* * @anyvm * allow"),
                policy.rules().stream().map(Rule::text).toList());
        Party one = Party.source("test-vm1", system);
        Party two = Party.source("test-vm2", system);
        assertEquals(
                List.of("Allow", "Deny", "Ask", "Allow"),
                List.of(
                                policy.decide("test.ImplicitDeny", "+arg", one, two, system),
                                policy.decide("test.ImplicitDeny", "+arg", two, one, system),
                                policy.decide("test.ImplicitDeny", "+", one, two, system),
                                policy.decide("test.A", "+x", one, two, system))
                        .stream()
                        .map(decision -> decision.getClass().getSimpleName())
                        .toList());
    }

    @Test
    @DisplayName("a change of any file that was read, or was not there, is noticed")
    void changes() throws IOException {
        write("10-a.policy", "!include include/f");
        write("include/f", "* * a b deny");
        PolicyReader.Contents contents = read(folder.resolve("run"), etc);
        assertTrue(contents.upToDate());
        write("include/f", "* * a c allow");
        assertFalse(contents.upToDate());
        contents = read(folder.resolve("run"), etc);
        assertTrue(contents.upToDate());
        Files.createDirectory(folder.resolve("run"));
        assertFalse(contents.upToDate());
    }

    @Test
    @DisplayName("a policy that breaks has no rule and yet is one, until it is mended or gone")
    void live() throws IOException {
        LivePolicy live = PolicyAccess.in(etc);
        assertFalse(live.checksCalls());
        write("10-a.policy", "* * * * allow");
        assertTrue(live.checksCalls());
        assertEquals(1, live.policy().rules().size());
        write("20-b.policy", "nonsense");
        assertTrue(live.checksCalls());
        assertEquals(List.of(), live.policy().rules());
        write("20-b.policy", "# mended");
        assertEquals(1, live.policy().rules().size());
        assertFalse(PolicyAccess.in(etc, false).checksCalls());
    }
}
