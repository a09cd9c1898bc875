package qubes.admin.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The policy files of the distribution, read as the daemon reads them. */
class ShippedPolicyTest {
    private static final Path SHIPPED = Path.of("../qubes.dist/src/main/dist/policy.d");

    @TempDir private Path folder;

    @BeforeEach
    void install() throws IOException {
        try (Stream<Path> files = Files.walk(SHIPPED)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = folder.resolve(SHIPPED.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
    }

    private Policy policy() throws IOException {
        return PolicyReader.read(List.of(folder), folder.resolve("old")).policy();
    }

    @Test
    @DisplayName("grants nothing by itself")
    void grantsNothing() throws IOException {
        assertEquals(
                List.of(),
                policy().rules().stream()
                        .filter(rule -> rule.action() != Rule.Action.DENY)
                        .toList());
        assertFalse(policy().rules().isEmpty());
    }

    @ParameterizedTest
    @CsvSource({
        "local-ro,   admin.vm.tag.Get",
        "local-rwx,  admin.vm.tag.Get admin.vm.tag.Set admin.vm.Start admin.vm.volume.Import",
        "global-ro,  admin.vm.List admin.Events admin.label.Get",
        "global-rwx, admin.vm.List admin.Events admin.label.Get admin.vm.Create.AppVM admin.vm.Remove",
    })
    @DisplayName("what an included file grants; who may change may read too, no other scope")
    void grants(String include, String granted) throws IOException {
        Files.writeString(
                folder.resolve("include/admin-" + include),
                "test-vm1 @anyvm allow target=dom0\n",
                StandardOpenOption.APPEND);
        Fixture system = Fixture.spec();
        Party source = Party.source("test-vm1", system);
        Party target = Party.source("test-vm2", system);
        Policy policy = policy();
        for (String method :
                List.of(
                        "admin.vm.tag.Get",
                        "admin.vm.tag.Set",
                        "admin.vm.Start",
                        "admin.vm.volume.Import",
                        "admin.vm.List",
                        "admin.Events",
                        "admin.label.Get",
                        "admin.vm.Create.AppVM",
                        "admin.vm.Create.AdminVM",
                        "admin.vm.Remove")) {
            assertEquals(
                    List.of(granted.split(" ")).contains(method),
                    policy.decide(method, "+", source, target, system) instanceof Decision.Allow,
                    method);
        }
    }

    @Test
    @DisplayName("clients that read all at once are refused silently, unless it is granted")
    void getAll() throws IOException {
        Fixture system = Fixture.spec();
        Party source = Party.source("test-vm1", system);
        Party target = Party.source("test-vm2", system);
        Decision.Deny denied =
                (Decision.Deny)
                        policy().decide("admin.vm.property.GetAll", "+", source, target, system);
        assertFalse(denied.told());
    }
}
