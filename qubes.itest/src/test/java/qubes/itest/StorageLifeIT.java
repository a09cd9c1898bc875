package qubes.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qubes.testkit.Domains.create;
import static qubes.testkit.Domains.named;
import static qubes.testkit.Domains.set;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import qubes.core.error.QubesException;
import qubes.core.error.QubesVMError;
import qubes.core.error.StoragePoolException;
import qubes.core.storage.PoolDriver;
import qubes.core.storage.VolumeSpec;
import qubes.core.vm.Qubes;
import qubes.core.vm.QubesVM;
import qubes.testkit.QubesFixture;
import qubes.testkit.storage.DiskContent;

/** Volumes of domains under a system that runs, and storage drivers that come and go under it. */
class StorageLifeIT {
    private QubesFixture system;
    private Qubes qubes;

    @BeforeEach
    void start() {
        system =
                QubesFixture.with(
                        "qubes.storage.lvm",
                        "qubes.vm.templatevm",
                        "qubes.vm.appvm",
                        "qubes.vm.standalonevm",
                        "qubes.vm.dispvm");
        qubes = system.qubes();
        create(qubes, "TemplateVM", "tiny", "kernel=");
    }

    @AfterEach
    void stop() {
        system.close();
    }

    @Test
    @DisplayName("every shipped driver is there")
    void driversAreThere() {
        assertEquals(
                List.of("file", "file-reflink", "linux-kernel", "lvm_thin"),
                qubes.pools().drivers().stream().map(PoolDriver::driverName).toList());
    }

    @Test
    @DisplayName(
            "a qube starts with its template's root, loses what it wrote there and keeps its private data")
    void rootIsTheTemplatesAndPrivateStays() {
        QubesVM tiny = domain("tiny");
        tiny.start();
        disk(tiny, "root").write(0, "template");
        tiny.kill();
        QubesVM work = (QubesVM) create(qubes, "AppVM", "work", "template=tiny");
        work.start();
        assertEquals("template", disk(work, "root").read(0, 8));
        disk(work, "root").write(0, "changed!");
        disk(work, "private").write(0, "my data");
        disk(work, "volatile").write(0, "scratch");
        work.kill();
        work.start();
        assertEquals("template", disk(work, "root").read(0, 8));
        assertEquals("my data", disk(work, "private").read(0, 7));
        assertEquals("\0\0\0\0\0\0\0", disk(work, "volatile").read(0, 7));
    }

    @Test
    @DisplayName(
            "a disposable starts with the private data of its template and leaves nothing behind")
    void disposableLeavesNothing() throws IOException {
        QubesVM dvm =
                (QubesVM)
                        create(qubes, "AppVM", "dvm", "template=tiny", "template_for_dispvms=True");
        dvm.start();
        disk(dvm, "private").write(0, "profile");
        dvm.kill();
        QubesVM disp = (QubesVM) create(qubes, "DispVM", "disp1", "template=dvm");
        disp.start();
        assertEquals("profile", disk(disp, "private").read(0, 7));
        disk(disp, "private").write(0, "secret!");
        disp.kill();
        qubes.find(disp.name()).ifPresent(qubes::remove);
        assertFalse(Files.exists(system.home().resolve("appvms/disp1")));
        dvm.start();
        assertEquals("profile", disk(dvm, "private").read(0, 7));
    }

    @Test
    @DisplayName("a qube whose template commits meanwhile keeps the root it started with")
    void runningQubeKeepsItsRoot() {
        QubesVM tiny = domain("tiny");
        QubesVM work = (QubesVM) create(qubes, "AppVM", "work", "template=tiny");
        tiny.start();
        work.start();
        disk(tiny, "root").write(0, "updated");
        tiny.kill();
        assertEquals("\0\0\0\0\0\0\0", disk(work, "root").read(0, 7));
        work.kill();
        work.start();
        assertEquals("updated", disk(work, "root").read(0, 7));
    }

    @Test
    @DisplayName(
            "while a driver is away its pools and volumes are kept, and a start says what to install")
    void driverComesAndGoes() throws Exception {
        create(qubes, "AppVM", "work", "template=tiny");
        QubesVM work = domain("work");
        work.start();
        disk(work, "private").write(0, "my data");
        work.kill();
        qubes.awaitDurable();
        String before = Files.readString(system.store());
        Bundle files = system.felix().bundle("qubes.storage.file");
        files.stop();
        assertTrue(work.available());
        assertTrue(qubes.pools().find("varlibqubes").isPresent());
        String message = assertThrows(QubesException.class, work::start).getMessage();
        assertTrue(message.contains("varlibqubes") && message.contains("install"), message);
        files.start();
        work.start();
        assertEquals("my data", disk(work, "private").read(0, 7));
        work.kill();
        qubes.awaitDurable();
        assertEquals(before, Files.readString(system.store()));
    }

    @Test
    @DisplayName("a qube that cannot be created leaves in its folder what was there")
    void failedCreationSparesWhatIsThere() throws IOException {
        Path earlier = system.home().resolve("appvms/work/private.img/of-an-earlier-qube");
        Files.createDirectories(earlier);
        assertThrows(
                StoragePoolException.class, () -> create(qubes, "AppVM", "work", "template=tiny"));
        assertTrue(Files.exists(earlier));
        assertFalse(Files.exists(system.home().resolve("appvms/work/volatile.img")));
    }

    @Test
    @DisplayName(
            "a disposable does not start while the template's root, two templates up, is written to")
    void sourceOfSourceWithoutSnapshots() {
        create(qubes, "AppVM", "dvm", "template=tiny", "template_for_dispvms=True");
        QubesVM disp = (QubesVM) create(qubes, "DispVM", "disp1", "template=dvm");
        QubesVM tiny = domain("tiny");
        tiny.storage().settings().keepRevisions("root", -1);
        tiny.start();
        QubesVMError refusal = assertThrows(QubesVMError.class, () -> disp.storage().start());
        assertEquals("Volume vm-templates/tiny/root is running", refusal.getMessage());
        tiny.kill();
        disp.storage().start();
        disp.storage().stop();
    }

    @Test
    @DisplayName(
            "what was set of a copy of the template's volume outlives a change of the template")
    void settingsOutliveTheTemplate() {
        create(qubes, "TemplateVM", "other", "kernel=");
        QubesVM work = (QubesVM) create(qubes, "AppVM", "work", "template=tiny");
        work.storage().settings().writable("root", false);
        set(work, "template=other");
        VolumeSpec root = work.storage().spec("root");
        assertEquals("vm-templates/other/root", root.source().orElseThrow());
        assertFalse(root.writable());
    }

    @Test
    @DisplayName("a volume that cannot be stopped is removed all the same")
    void brokenSessionIsRemoved() throws IOException {
        QubesVM work = (QubesVM) create(qubes, "AppVM", "work", "template=tiny");
        Path session = system.home().resolve("appvms/work/private-cow.img");
        Files.write(session, new byte[] {'Q', 'F', 'I', (byte) 0xfb, 0, 0, 0, 3, 0, 0, 0, 0});
        Files.write(session, new byte[64], StandardOpenOption.APPEND);
        assertThrows(StoragePoolException.class, () -> work.storage().volume("private").stop());
        qubes.remove(work);
        assertFalse(Files.exists(system.home().resolve("appvms/work")));
    }

    private QubesVM domain(String name) {
        return (QubesVM) named(qubes, name);
    }

    private static DiskContent disk(QubesVM vm, String volume) {
        return DiskContent.of(vm.storage().volume(volume));
    }
}
