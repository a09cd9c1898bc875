package qubes.admin.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import qubes.admin.method.Client;
import qubes.admin.method.Daemon;

/** What callers other than dom0 get to see and do, on the wire. */
@Timeout(30)
class AdminExtensionTest {
    private static final String PROHIBITED = " is prohibited by qubes.ext.admin.AdminExtension\0";

    @TempDir private Path policy;

    private Daemon daemon;

    @BeforeEach
    void start() throws Exception {
        LivePolicy live = PolicyAccess.in(policy);
        daemon = Daemon.start(live);
        daemon.add(new AdminExtension(live));
    }

    @AfterEach
    void stop() throws Exception {
        daemon.close();
    }

    private String call(
            String source, String method, String argument, String destination, String payload)
            throws IOException {
        return daemon.client()
                .exchange(
                        method
                                + "+"
                                + argument
                                + " "
                                + source
                                + " name "
                                + destination
                                + "\0"
                                + payload);
    }

    @Test
    @DisplayName("what a creator with tag-created-vm-with creates gets these tags")
    void tagsCreations() throws IOException {
        assertEquals(
                "0\0",
                call(
                        "dom0",
                        "admin.vm.feature.Set",
                        "tag-created-vm-with",
                        "test-net",
                        "one  two"));
        assertEquals(
                "0\0", call("dom0", "admin.vm.tag.Set", "created-by-test-net", "test-vm1", ""));
        assertEquals(
                Set.of("created-by-dom0", "created-by-test-net", "one", "two"),
                daemon.vm("test-vm1").tags());
        assertEquals("0\0", call("dom0", "admin.vm.tag.Set", "created-by-me", "test-vm1", ""));
        assertEquals(5, daemon.vm("test-vm1").tags().size());
    }

    @Test
    @DisplayName("the daemon's own features are nobody's to change, tags of creation only dom0's")
    void vetoes() throws IOException {
        String feature = "2\0PermissionDenied\0\0changing this feature" + PROHIBITED;
        assertEquals(
                feature, call("dom0", "admin.vm.feature.Set", "preload-dispvm", "test-vm1", "x"));
        assertEquals(
                feature,
                call("dom0", "admin.vm.feature.Remove", "deferred-netvm-original", "test-vm1", ""));
        String tag = "2\0PermissionDenied\0\0changing this tag" + PROHIBITED;
        assertEquals(tag, call("test-net", "admin.vm.tag.Set", "created-by-me", "test-vm1", ""));
        assertEquals(
                tag, call("test-net", "admin.vm.tag.Remove", "created-by-dom0", "test-vm1", ""));
        assertEquals("0\0", call("dom0", "admin.vm.tag.Set", "created-by-me", "test-vm1", ""));
        assertEquals("0\0", call("test-net", "admin.vm.tag.Set", "other", "test-vm1", ""));
    }

    @Test
    @DisplayName(
            "a qube sees the qubes that the policy lets it list; without a policy, or with a wrong one, none")
    void list() throws Exception {
        assertEquals("0\0", call("test-vm1", "admin.vm.List", "", "dom0", ""));
        assertEquals("0\0", call("test-vm1", "admin.vm.List", "", "test-vm1", ""));
        Files.writeString(
                policy.resolve("30-user.policy"),
                "admin.vm.List * test-vm1 @type:TemplateVM allow\n");
        assertEquals(
                "0\0test-template class=TemplateVM state=Halted uuid=11111111-1111-4111-8111-111111111111\n",
                call("test-vm1", "admin.vm.List", "", "dom0", ""));
        assertEquals("0\0", call("test-net", "admin.vm.List", "", "dom0", ""));
        Files.writeString(policy.resolve("10-wrong.policy"), "nonsense");
        assertEquals("0\0", call("test-vm1", "admin.vm.List", "", "dom0", ""));
    }

    @Test
    @DisplayName("a caller whose klass is away may no more than others")
    void callerWithoutKlass() throws IOException {
        assertEquals("0\0", call("test-foo", "admin.vm.List", "", "dom0", ""));
        assertEquals(
                "2\0PermissionDenied\0\0changing this tag" + PROHIBITED,
                call("test-foo", "admin.vm.tag.Set", "created-by-me", "test-vm1", ""));
    }

    @Test
    @DisplayName("a qube hears what the policy lets it hear (spec admin-protocol §11)")
    void events() throws Exception {
        Files.writeString(
                policy.resolve("30-user.policy"),
                "admin.Events * @anyvm @adminvm allow\nadmin.Events * @anyvm test-vm1 allow\n");
        try (SocketChannel channel = daemon.client().connect()) {
            Client.write(channel, "admin.Events+ test-vm1 name dom0\0");
            channel.shutdownOutput();
            String established = "1\0\0connection-established\0\0";
            assertEquals(established, read(channel, established.length()));
            call("dom0", "admin.vm.Create.AppVM", "", "dom0", "name=test-vm2 label=red");
            call("dom0", "admin.vm.tag.Set", "t", "test-vm2", "");
            call("dom0", "admin.property.Set", "stats_interval", "dom0", "4");
            call("dom0", "admin.vm.tag.Set", "t", "test-vm1", "");
            String expected =
                    "1\0\0property-pre-set:stats_interval\0name\0stats_interval\0newvalue\0"
                            + "4\0oldvalue\0"
                            + "3\0\0"
                            + "1\0\0property-set:stats_interval\0name\0stats_interval\0newvalue\0"
                            + "4\0oldvalue\0"
                            + "3\0\0"
                            + "1\0test-vm1\0domain-tag-add:t\0tag\0t\0\0";
            assertEquals(expected, read(channel, expected.length()));
        }
    }

    private static String read(SocketChannel channel, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
            Thread.onSpinWait();
        }
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.ISO_8859_1);
    }
}
