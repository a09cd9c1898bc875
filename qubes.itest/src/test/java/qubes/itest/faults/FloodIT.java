package qubes.itest.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import qubes.itest.BuiltBundle;
import qubes.testkit.Await;
import qubes.testkit.exam.AdminClient;
import qubes.testkit.exam.PaxExam;
import qubes.testkit.exam.QubesExam;
import qubes.testkit.exam.QubesHome;

/** A plugin that fires events faster than anybody can be told them: bounded, and named. */
@ExtendWith(PaxExam.class)
class FloodIT {
    private static final String FLOODS = "fires more events than can be told: ";

    private QubesHome home;
    private BundleContext context;

    @Configuration
    static Option[] system() throws Exception {
        QubesHome home = QubesHome.create();
        Path offer = Files.createDirectory(home.path().resolve("offer"));
        flood("flooder", "Flooder").in(offer);
        flood("dam", "Dam").in(offer);
        return options(QubesExam.options(home));
    }

    private static BuiltBundle flood(String name, String component) {
        return BuiltBundle.named(name)
                .with("Private-Package", "qubes.itest.flood")
                .with("-dsannotations", "qubes.itest.flood." + component);
    }

    @BeforeEach
    void findSystem(BundleContext bundles) throws Exception {
        context = bundles;
        home = QubesHome.of(context);
        Await.until("the Admin API is served", () -> Files.exists(home.socket()));
    }

    @Test
    @DisplayName("a subscriber that does not read is cut off; who floods is named while it does so")
    void unread() throws Exception {
        try (SocketChannel idle = subscribe()) {
            Bundle flooder = start("flooder");
            try {
                Await.until("it is named", () -> row("flooder").contains(FLOODS));
                assertEquals("0|", call("admin.vm.feature.Set+x", "1"), "the rest works");
            } finally {
                flooder.stop();
            }
            assertFalse(row("flooder").contains(FLOODS), "it is over");
            flooder.uninstall();
            String heard = untilItEnds(idle);
            assertTrue(heard.contains("flood-drop"), heard.substring(0, 100));
        }
        assertHeard();
    }

    @Test
    @DisplayName("where a filter does not keep up, who floods is named and not who filters")
    void unfiltered() throws Exception {
        Bundle dam = start("dam");
        try (SocketChannel filtered = subscribe()) {
            Bundle flooder = start("flooder");
            try {
                Await.until("it is named", () -> row("flooder").contains(FLOODS));
                assertFalse(row("dam").contains(FLOODS));
                assertEquals("0|", call("admin.vm.feature.Set+x", "2"), "the rest works");
                String heard = untilItEnds(filtered);
                assertTrue(heard.contains("Events could not be filtered in time"), heard);
            } finally {
                flooder.uninstall();
            }
        } finally {
            dam.uninstall();
        }
        assertHeard();
    }

    /** Who subscribes now is told what happens. */
    private void assertHeard() throws Exception {
        try (SocketChannel next = subscribe()) {
            assertEquals("0|", call("admin.vm.feature.Set+last", "1"));
            StringBuilder heard = new StringBuilder();
            while (heard.indexOf("domain-feature-set:last") < 0) {
                assertTrue(read(next, heard), heard::toString);
            }
        }
    }

    private Bundle start(String name) throws Exception {
        Bundle bundle = Faulty.install(context, name);
        bundle.start();
        return bundle;
    }

    private String row(String name) throws Exception {
        return Shell.plugin(context, name);
    }

    private String call(String method, String payload) throws Exception {
        return new AdminClient(home.socket()).call(method, "dom0", payload);
    }

    /** Has heard so far that it is established. */
    private SocketChannel subscribe() throws Exception {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(home.socket()));
        channel.write(
                ByteBuffer.wrap("admin.Events dom0 name dom0\0".getBytes(StandardCharsets.UTF_8)));
        channel.shutdownOutput();
        StringBuilder heard = new StringBuilder();
        while (heard.indexOf("connection-established") < 0) {
            assertTrue(read(channel, heard), heard::toString);
        }
        return channel;
    }

    private static String untilItEnds(SocketChannel channel) throws Exception {
        StringBuilder heard = new StringBuilder();
        while (read(channel, heard)) {
            heard.setLength(Math.min(heard.length(), 10_000));
        }
        return heard.toString();
    }

    private static boolean read(SocketChannel channel, StringBuilder to) throws Exception {
        ByteBuffer part = ByteBuffer.allocate(4096);
        boolean more = channel.read(part) >= 0;
        to.append(new String(part.array(), 0, part.position(), StandardCharsets.UTF_8));
        return more;
    }
}
