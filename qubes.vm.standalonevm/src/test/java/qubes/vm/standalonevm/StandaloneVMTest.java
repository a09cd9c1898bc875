package qubes.vm.standalonevm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static qubes.testkit.KlassTable.lineage;
import static qubes.testkit.KlassTable.ownProperties;
import static qubes.testkit.KlassTable.volumes;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.core.vm.QubesVM;

class StandaloneVMTest {
    @Test
    @DisplayName("the ancestry is as clients of the original know it")
    void ancestry() {
        assertEquals(
                "StandaloneVM, DVMTemplateMixin, QubesVM, NetVMMixin, LocalVM, BaseVM",
                lineage(StandaloneVM.TRAITS));
    }

    @Test
    @DisplayName("its own properties are those of the specification")
    void properties() {
        assertEquals(
                """
                template_for_dispvms | bool | 2 | False | rw
                """,
                ownProperties(StandaloneVM.TRAITS, QubesVM.TRAITS));
    }

    @Test
    @DisplayName("root and private persist, volatile and kernel are plain")
    void layout() {
        assertEquals(
                """
                root | no | yes | yes | - | 10 GiB
                private | no | yes | yes | - | 2 GiB
                volatile | no | no | yes | - | 10 GiB
                kernel | no | no | no | - | -
                """,
                volumes(StandaloneVM.TRAITS));
    }

    @Test
    @DisplayName("icons begin with standalonevm-")
    void icon() {
        assertEquals("standalonevm-", StandaloneVM.TRAITS.iconPrefix());
    }
}
