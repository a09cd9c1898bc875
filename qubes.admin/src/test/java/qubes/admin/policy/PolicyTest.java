package qubes.admin.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import qubes.admin.method.Daemon;

/** What spec policy says of lines, order and matching, as far as the daemon itself asks. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PolicyTest {
    @TempDir private Path folder;

    private Daemon daemon;

    @BeforeAll
    void start() throws Exception {
        daemon = Daemon.start();
    }

    @AfterAll
    void stop() throws Exception {
        daemon.close();
    }

    private Policy policy(String rules) throws IOException {
        Path directory = Files.createTempDirectory(folder, "policy");
        Files.writeString(directory.resolve("30-test.policy"), rules);
        return PolicyReader.read(List.of(directory), folder.resolve("legacy"));
    }

    private boolean allows(Policy policy, String source, String target) {
        boolean asAdmin = target.equals("@adminvm");
        return policy.allows(
                "admin.vm.List",
                "+",
                daemon.vm(source),
                daemon.vm(asAdmin ? "dom0" : target),
                asAdmin);
    }

    @ParameterizedTest(name = "{0} : {1} to {2}: {3}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    * * test-vm1 test-net allow           | test-vm1 | test-net | true
                    * * test-vm1 test-net allow           | test-net | test-vm1 | false
                    * * test-vm1 test-net ask             | test-vm1 | test-net | false
                    * * test-vm1 test-net deny            | test-vm1 | test-net | false
                    admin.vm.List * test-vm1 * allow      | test-vm1 | dom0     | true
                    admin.vm.List + test-vm1 * allow      | test-vm1 | dom0     | true
                    admin.vm.List +x test-vm1 * allow     | test-vm1 | dom0     | false
                    admin.vm.Start * test-vm1 * allow     | test-vm1 | dom0     | false
                    * * @anyvm @anyvm allow               | test-vm1 | test-net | true
                    * * @anyvm @anyvm allow               | test-vm1 | dom0     | false
                    * * @anyvm @anyvm allow               | test-vm1 | @adminvm | false
                    * * @anyvm @adminvm allow             | test-vm1 | @adminvm | true
                    * * @anyvm @adminvm allow             | test-vm1 | dom0     | true
                    * * @anyvm dom0 allow                 | test-vm1 | @adminvm | true
                    * * @anyvm uuid:00000000-0000-0000-0000-000000000000 allow | test-vm1 | @adminvm | true
                    * * @anyvm @type:AdminVM allow        | test-vm1 | dom0     | true
                    * * @anyvm @type:AdminVM allow        | test-vm1 | @adminvm | false
                    * * @type:AppVM @type:TemplateVM allow | test-vm1 | test-template | true
                    * * @tag:created-by-dom0 @tag:other allow | test-vm1 | test-net | false
                    * * @tag:created-by-dom0 @tag:created-by-dom0 allow | test-vm1 | test-net | true
                    * * uuid:22222222-2222-4222-8222-222222222222 * allow | test-vm1 | test-net | true
                    * * * @default allow target=dom0      | test-vm1 | test-net | false
                    * * * @dispvm allow                   | test-vm1 | test-net | false
                    * * * @dispvm:test-net allow          | test-vm1 | test-net | false
                    * * * test-net allow autostart=no     | test-vm1 | test-net | false
                    * * * dom0 allow autostart=no         | test-vm1 | dom0     | true
                    """)
    void decides(String rule, String source, String target, boolean allowed) throws IOException {
        assertEquals(allowed, allows(policy("# a comment\n\n  " + rule + "  \n"), source, target));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "* * @anyvm @default allow",
                "* +argument @anyvm @anyvm allow",
                "* * a b allow,invalid=xx",
                "* * a b allow extra",
                "* * a b allow notify",
                "* * a b allow notify=xx",
                "* * a b allow user=x user=y",
                "* * a b deny user=x",
                "* * a b invalid",
                "* * a b",
                "* argument a b allow",
                "* * @tag: b allow",
                "* * @no b allow",
                "* * @default b allow",
                "* * a @dispvm: allow",
                "!no",
                "!include",
                "!include no-such-file",
                "!include 30-test.policy"
            })
    @DisplayName("a mistake anywhere makes the whole policy unreadable")
    void mistakes(String line) {
        assertThrows(PolicySyntaxError.class, () -> policy("* * * * allow\n" + line + "\n"));
    }

    @Test
    @DisplayName("files go by name, the first rule decides, an earlier folder hides namesakes")
    void order() throws IOException {
        Path first = Files.createTempDirectory(folder, "run");
        Path second = Files.createTempDirectory(folder, "etc");
        Files.writeString(second.resolve("20-a.policy"), "* * test-vm1 * allow");
        Files.writeString(
                second.resolve("30-b.policy"), "* * test-vm1 test-net deny\n* * test-net * allow");
        Files.writeString(second.resolve(".hidden.policy"), "nonsense");
        Files.writeString(second.resolve("README"), "nonsense");
        Policy both = PolicyReader.read(List.of(first, second), folder.resolve("legacy"));
        assertTrue(allows(both, "test-vm1", "test-net"));
        Files.writeString(first.resolve("20-a.policy"), "");
        assertFalse(both.upToDate());
        Policy hidden = PolicyReader.read(List.of(first, second), folder.resolve("legacy"));
        assertFalse(allows(hidden, "test-vm1", "test-net"));
        assertTrue(allows(hidden, "test-net", "test-vm1"));
        assertTrue(hidden.upToDate());
    }

    @Test
    @DisplayName("included files take the place of the line, in either syntax")
    void includes() throws IOException {
        Path directory = Files.createTempDirectory(folder, "policy");
        Files.createDirectory(directory.resolve("include"));
        Files.writeString(
                directory.resolve("30-x.policy"),
                "!include-service admin.vm.List * include/ro\n!include include/plain\n* * * * deny");
        Files.writeString(directory.resolve("include/ro"), "!include include/rwx\n");
        Files.writeString(
                directory.resolve("include/rwx"),
                "$tag:none $anyvm deny\ntest-vm1 test-net allow,target=dom0\n");
        Files.writeString(
                directory.resolve("include/plain"), "admin.vm.List * test-net @adminvm allow");
        Policy policy = PolicyReader.read(List.of(directory), folder.resolve("legacy"));
        assertTrue(allows(policy, "test-vm1", "test-net"));
        assertTrue(allows(policy, "test-net", "@adminvm"));
        assertFalse(allows(policy, "test-vm1", "@adminvm"));
        Files.writeString(directory.resolve("include/rwx"), "");
        assertFalse(policy.upToDate());
    }

    @Test
    @DisplayName(
            "files of the old kind: for one argument first, and what they do not say of it is denied")
    void legacy() throws IOException {
        Path old = Files.createDirectory(folder.resolve("old"));
        Files.writeString(old.resolve("admin.vm.List"), "$anyvm $anyvm allow");
        Files.writeString(old.resolve("admin.vm.List+x"), "test-vm1 test-net allow");
        Path directory = Files.createTempDirectory(folder, "policy");
        Files.writeString(directory.resolve("35-compat.policy"), "!compat-4.0\n* * * * allow");
        Policy policy = PolicyReader.read(List.of(directory), old);
        assertTrue(allows(policy, "test-net", "test-vm1"));
        assertTrue(
                policy.allows(
                        "admin.vm.List",
                        "+x",
                        daemon.vm("test-vm1"),
                        daemon.vm("test-net"),
                        false));
        assertFalse(
                policy.allows(
                        "admin.vm.List",
                        "+x",
                        daemon.vm("test-net"),
                        daemon.vm("test-vm1"),
                        false));
        assertFalse(
                policy.allows(
                        "admin.vm.List", "+x", daemon.vm("test-net"), daemon.vm("dom0"), true));
        assertTrue(
                policy.allows(
                        "admin.vm.Start", "+x", daemon.vm("test-net"), daemon.vm("dom0"), true));
    }
}
