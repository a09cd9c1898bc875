package qubes.vm.appvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static qubes.testkit.KlassTable.lineage;
import static qubes.testkit.KlassTable.ownProperties;
import static qubes.testkit.KlassTable.volumes;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.core.vm.QubesVM;

class AppVMTest {
    @Test
    @DisplayName("the ancestry is as clients of the original know it")
    void ancestry() {
        assertEquals(
                "AppVM, DVMTemplateMixin, QubesVM, NetVMMixin, LocalVM, BaseVM",
                lineage(AppVM.TRAITS));
    }

    @Test
    @DisplayName("its own properties are those of the specification")
    void properties() {
        assertEquals(
                """
                template_for_dispvms | bool | 2 | False | rw
                template | vm | 4 | - | rw
                """,
                ownProperties(AppVM.TRAITS, QubesVM.TRAITS));
    }

    @Test
    @DisplayName("root starts from the template's, private persists, volatile and kernel are plain")
    void layout() {
        assertEquals(
                """
                root | yes | no | yes | template | -
                private | no | yes | yes | - | 2 GiB
                volatile | no | no | yes | - | 10 GiB
                kernel | no | no | no | - | -
                """,
                volumes(AppVM.TRAITS));
    }
}
