package qubes.vm.templatevm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static qubes.testkit.KlassTable.lineage;
import static qubes.testkit.KlassTable.ownProperties;
import static qubes.testkit.KlassTable.volumes;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.core.vm.QubesVM;

class TemplateVMTest {
    @Test
    @DisplayName("the ancestry is as clients of the original know it")
    void ancestry() {
        assertEquals(
                "TemplateVM, QubesVM, NetVMMixin, LocalVM, BaseVM", lineage(TemplateVM.TRAITS));
    }

    @Test
    @DisplayName("its own properties are those of the specification, netvm being none by default")
    void properties() {
        assertEquals(
                """
                appvm_default_bootmode | str | 4 | the feature boot-mode.appvm-default, else default | rw
                netvm | vm | 4 | none | rw
                """,
                ownProperties(TemplateVM.TRAITS, QubesVM.TRAITS));
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
                volumes(TemplateVM.TRAITS));
    }

    @Test
    @DisplayName("icons of templates say so")
    void icon() {
        assertEquals("templatevm-", TemplateVM.TRAITS.iconPrefix());
    }
}
