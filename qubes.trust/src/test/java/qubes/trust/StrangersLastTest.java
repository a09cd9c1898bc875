package qubes.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.startlevel.BundleStartLevel;
import qubes.testkit.EmbeddedFelix;

class StrangersLastTest {
    @TempDir private Path folder;

    private EmbeddedFelix felix;

    @BeforeEach
    void open() throws Exception {
        Path list = folder.resolve("shipped");
        Files.write(list, List.of("00ff qubes.vm.appvm-1.jar", "00fe name with spaces.jar"));
        felix = EmbeddedFelix.empty();
        felix.context().addBundleListener(new StrangersLast(ShippedBundles.listedIn(list), 5));
    }

    @AfterEach
    void close() {
        felix.close();
    }

    @ParameterizedTest(name = "{0}: level {1}")
    @CsvSource({
        "qubes.vm.appvm-1.jar, 1",
        "name with spaces.jar, 1",
        "qubes.vm.appvm-2.jar, 5",
        "my.qubes.vm.appvm-1.jar, 5",
        "stranger.jar, 5",
    })
    @DisplayName("a bundle starts with the product's if its jar is called as one of them:")
    void startLevel(String file, int level) throws Exception {
        Path probe = new Signing(folder).probe("stranger", "1");
        Path jar = Files.move(probe, folder.resolve(file));
        Bundle bundle = felix.context().installBundle("file:" + jar);
        assertEquals(level, bundle.adapt(BundleStartLevel.class).getStartLevel());
    }
}
