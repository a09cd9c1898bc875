package qubes.itest.product;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The smoke test of the shipped jars, in each framework that they are said to run in. */
class FrameworksIT {
    private static final String PLUGIN = "qubes.vm.appvm";

    /** Makes one; nothing runs yet. */
    @FunctionalInterface
    interface Maker {
        Framework make() throws IOException;
    }

    static Stream<Arguments> frameworks() {
        return Stream.of(
                Arguments.of("Felix", (Maker) FelixFramework::new),
                Arguments.of("Equinox", (Maker) EquinoxFramework::new),
                Arguments.of("Karaf", (Maker) KarafFramework::new));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("frameworks")
    @DisplayName(
            "it lists, creates and changes, has a plugin leave and come back, and keeps all over a restart")
    void smoke(String name, Maker maker) throws Exception {
        try (Framework framework = maker.make()) {
            AdminSocket admin = new AdminSocket(framework.socket());
            framework.start();
            awaitKlass(framework, admin, true);
            assertEquals("AdminVM", admin.list().get("dom0").klass());
            admin.call("admin.vm.Create.TemplateVM", "", "dom0", "name=plain label=black");
            admin.call("admin.vm.Create.AppVM", "plain", "dom0", "name=work label=red");
            admin.set("work", "memory", "512");
            var all = admin.list();

            framework.stop(PLUGIN);
            awaitKlass(framework, admin, false);
            assertEquals(all.keySet(), admin.list().keySet());
            framework.resume(PLUGIN);
            awaitKlass(framework, admin, true);
            assertEquals(all, admin.list());
            assertEquals("512", admin.get("work", "memory"));

            framework.end();
            framework.start();
            awaitKlass(framework, admin, true);
            assertEquals(all, admin.list());
            assertEquals("512", admin.get("work", "memory"));
        }
    }

    private static void awaitKlass(Framework framework, AdminSocket admin, boolean there)
            throws Exception {
        Await.until(
                PLUGIN + (there ? " is there" : " has left"),
                () -> {
                    try {
                        return there
                                == admin.call("admin.vmclass.List", "", "dom0").contains("AppVM");
                    } catch (IOException e) {
                        // not served yet
                        return false;
                    }
                },
                framework::seen);
    }
}
