package qubes.core.internal.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.QubesVM;
import qubes.vm.appvm.AppVMFactory;

/** A store that an older release wrote, in a file. */
class OlderStoreTest {
    private static final String STORE =
            """
            <qubes version="3.0">
              <properties><property name="default_fw_netvm">net</property></properties>
              <domains>
                <domain id="domain-1" class="AppVM">
                  <properties>
                    <property name="name">work</property>
                    <property name="qid">1</property>
                    <property name="uuid">5b1d0b0e-2f0b-4e7e-9d0e-000000000001</property>
                    <property name="label" ref="label-1"/>
                    <property name="hvm">True</property>
                    <property name="netvm">net</property>
                  </properties>
                </domain>
                <domain id="domain-2" class="NetVM">
                  <properties>
                    <property name="name">net</property>
                    <property name="qid">2</property>
                    <property name="uuid">5b1d0b0e-2f0b-4e7e-9d0e-000000000002</property>
                  </properties>
                  <future/>
                </domain>
              </domains>
              <labels><label id="label-1" color="#cc0000">red</label></labels>
            </qubes>
            """;

    @TempDir private Path home;

    @Test
    @DisplayName("is used as one of today; the file changes with the next save, and drops nothing")
    void isMigratedWithTheNextSave() throws IOException {
        Path file = home.resolve("qubes.xml");
        try (Engine engine = Engine.load(home, STORE).add(new AppVMFactory())) {
            BaseVM work = engine.qubes().domain(new DomainName("work"));
            assertEquals("hvm", work.get(QubesVM.VIRT_MODE));
            assertEquals("red", work.label().orElseThrow().name());
            assertEquals("net", work.reference("netvm").orElseThrow().toString());
            assertEquals(STORE, Files.readString(file));

            work.features().set("of-a-test", "1");
            engine.qubes().awaitDurable();
            String saved = Files.readString(file);
            assertTrue(saved.contains("<property name=\"virt_mode\">hvm</property>"), saved);
            assertTrue(
                    saved.contains("<property name=\"provides_network\">True</property>"), saved);
            assertTrue(saved.contains("<future/>"), saved);
            assertFalse(saved.contains("default_fw_netvm"), saved);
            assertFalse(saved.contains("version"), saved);
        }
    }
}
