package qubes.itest.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import qubes.itest.BuiltBundle;

/** A plugin in the folder that blocks as it starts. */
class BlockedStartIT {
    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"activate", "subscribe"})
    @DisplayName("the daemon is ready without a plugin that never comes out of:")
    void readyWithoutIt(String place) throws Exception {
        try (BuiltClone clone = BuiltClone.make()) {
            Path store =
                    Files.writeString(
                            clone.room().resolve("qubes.xml"),
                            Texts.store(Texts.domain(1, "StandaloneVM", "work", "")));
            Path home = clone.room().resolve("home");
            Files.createDirectories(home.resolve("plugins"));
            BuiltBundle.named("blocker")
                    .with("Private-Package", "qubes.itest.blocker")
                    .in(home.resolve("plugins"));
            try (Product product =
                    clone.start(BuiltClone.options(home, store), Map.of("BLOCK_AT", place))
                            .awaitReady()) {
                assertEquals(2, product.domains());
                product.admin().call("admin.vm.feature.Set", "x", "work", "1");
                assertEquals("1", product.admin().call("admin.vm.feature.Get", "x", "work"));
                assertTrue(
                        product.log()
                                .contains(
                                        "Plugin blocker does not work: is still starting, the"
                                                + " system is ready without it: qubes.itest.blocker.Blocker."),
                        product.log());
            }
        }
    }
}
