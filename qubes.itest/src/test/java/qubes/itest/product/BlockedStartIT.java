package qubes.itest.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qubes.itest.BuiltBundle;

/** A plugin in the folder that blocks as it starts, while the daemon starts. */
class BlockedStartIT {
    private static final String BLOCKED =
            "Plugin blocker does not work: is still starting, the system is ready without it:"
                    + " qubes.itest.blocker.Blocker.";

    private BuiltClone clone;
    private Path home;
    private Path store;

    @BeforeEach
    void makeHome() throws Exception {
        clone = BuiltClone.make();
        home = clone.room().resolve("home");
        store =
                Files.writeString(
                        clone.room().resolve("qubes.xml"),
                        Texts.store(
                                Texts.domain(1, "StandaloneVM", "work", "")
                                        + Texts.domain(2, "GreeterVM", "hi", "")));
        Path plugins = Files.createDirectories(home.resolve("plugins"));
        BuiltBundle.named("blocker").with("Private-Package", "qubes.itest.blocker").in(plugins);
        BuiltBundle.named("greeter").with("Private-Package", "qubes.itest.greeter").in(plugins);
    }

    @AfterEach
    void close() throws Exception {
        clone.close();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"activate, ", "subscribe, stubborn"})
    @DisplayName("holds up those after it, and nothing of the product, which ends too; in:")
    void holdsUpNothing(String place, String how) throws Exception {
        Files.writeString(
                Files.createDirectories(home.resolve("etc")).resolve("qubes.daemon.cfg"),
                "end.seconds=1\n");
        try (Product product = start(place, how == null ? "" : how)) {
            String log = product.log();
            int told = log.indexOf(BLOCKED);
            assertTrue(told > 0, log);
            assertTrue(
                    log.indexOf("Admin API served") > told,
                    "nobody calls before what is to start has started, or was given up on");
            assertEquals(3, product.domains());
            product.admin().call("admin.vm.feature.Set", "x", "work", "1");
            assertEquals("1", product.admin().call("admin.vm.feature.Get", "x", "work"));
            assertEquals("", product.admin().call("admin.vm.property.Set", "vcpus", "work", "1"));
            product.terminate();
        }
    }

    @Test
    @DisplayName("what is wrong with the system itself is told all the same")
    void wrongStoreIsTold() throws Exception {
        Files.writeString(store, "no store");
        try (Product product =
                clone.start(BuiltClone.options(home, store), Map.of("BLOCK_AT", "activate"))) {
            assertEquals(1, product.awaitEnd());
            assertTrue(
                    product.errors().stream().anyMatch(it -> it.startsWith("qubesd: qubes.xml")),
                    () -> String.valueOf(product.errors()));
        }
    }

    @Test
    @DisplayName("who calls finds all that starts")
    void callersFindAll() throws Exception {
        try (Product product = start("nowhere", "")) {
            assertEquals("hello", product.admin().call("greeter.Greet", "", "hi"));
            assertFalse(product.log().contains("does not work"), product.log());
            assertEquals(143, product.terminate());
        }
    }

    private Product start(String place, String how) throws Exception {
        return clone.start(
                        BuiltClone.options(home, store),
                        Map.of("BLOCK_AT", place, "BLOCK_HOW", how))
                .awaitReady();
    }
}
