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
    @DisplayName("grants nothing by itself, but to what restores a backup")
    void grantsNothing() throws IOException {
        assertEquals(
                List.of("@tag:backup-restore-mgmt"),
                policy().rules().stream()
                        .filter(rule -> rule.action() != Rule.Action.DENY)
                        .map(rule -> rule.source().text())
                        .distinct()
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

    @ParameterizedTest
    @CsvSource({
        "admin.vm.Create.AppVM,                 +,                     dom0,    yes",
        "admin.vm.Create.StandaloneVM,          +,                     dom0,    yes",
        "admin.vm.Create.TemplateVM,            +,                     dom0,    yes",
        "admin.vm.Create.DispVM,                +,                     dom0,    no",
        "admin.vm.CreateInPool.AppVM,           +,                     dom0,    no",
        "admin.vm.List,                         +,                     dom0,    yes",
        "admin.vm.List,                         +,                     test-vm1, yes",
        "admin.vm.property.Get,                 +provides_network,     test-vm1, yes",
        "admin.vm.property.Get,                 +template_for_dispvms, test-vm1, yes",
        "admin.vm.property.Get,                 +netvm,                test-vm1, no",
        "admin.vm.property.Get,                 +netvm,                new,     no",
        "admin.vm.property.Set,                 +netvm,                new,     yes",
        "admin.vm.property.Set,                 +netvm,                test-vm1, no",
        "admin.vm.feature.Set,                  +gui,                  new,     yes",
        "admin.vm.firewall.Set,                 +,                     new,     yes",
        "admin.vm.tag.Set,                      +work,                 new,     yes",
        "admin.vm.tag.Remove,                   +work,                 new,     no",
        "admin.vm.volume.Import,                +private,              new,     yes",
        "admin.vm.volume.ImportWithSize,        +root,                 new,     yes",
        "admin.vm.volume.Info,                  +root,                 new,     yes",
        "admin.vm.volume.List,                  +,                     new,     yes",
        "admin.vm.volume.List,                  +,                     test-vm1, no",
        "admin.vm.volume.Set.revisions_to_keep, +root,                 new,     yes",
        "admin.vm.Start,                        +,                     new,     no",
        "qubes.RestoreById,                     +7,                    storage, yes",
        "qubes.RestoreById,                     +7,                    new,     no",
    })
    @DisplayName("lets the qube that restores a backup do that, with new qubes only")
    void restores(String service, String argument, String target, String granted)
            throws IOException {
        Fixture system =
                Fixture.with(
                        "mgmt DispVM backup-restore-mgmt none running\n"
                                + "new AppVM backup-restore-in-progress none\n"
                                + "storage AppVM backup-restore-storage none running");
        Decision decision =
                policy().decide(
                                service,
                                argument,
                                Party.source("mgmt", system),
                                Party.source(target, system),
                                system);
        assertEquals(granted.equals("yes"), decision instanceof Decision.Allow);
        assertFalse(
                policy().decide(
                                        service,
                                        argument,
                                        Party.source("test-vm2", system),
                                        Party.source(target, system),
                                        system)
                        instanceof Decision.Allow);
    }
}
