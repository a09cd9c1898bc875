package qubes.vm.dispvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static qubes.testkit.KlassTable.lineage;
import static qubes.testkit.KlassTable.ownProperties;
import static qubes.testkit.KlassTable.volumes;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.core.vm.QubesVM;

class DisposableVMTest {
    @Test
    @DisplayName("the ancestry is as clients of the original know it")
    void ancestry() {
        assertEquals("DispVM, QubesVM, NetVMMixin, LocalVM, BaseVM", lineage(DisposableVM.TRAITS));
    }

    @Test
    @DisplayName("its own properties are those of the specification")
    void properties() {
        assertEquals(
                """
                auto_cleanup | bool | 2 | False | rw
                dispid | int | 2 | - | wo
                include_in_backups | bool | 2 | not auto_cleanup | rw
                is_preload | bool | 2 | whether its template lists it as preloaded, or it is being handed over | ro
                default_dispvm | vm | 4 | its template | rw
                template | vm | 4 | - | rw
                """,
                ownProperties(DisposableVM.TRAITS, QubesVM.TRAITS));
    }

    @Test
    @DisplayName("root and private start from the template's, nothing persists")
    void layout() {
        assertEquals(
                """
                root | yes | no | yes | template | -
                private | yes | no | yes | template | -
                volatile | no | no | yes | - | 12 GiB
                kernel | no | no | no | - | -
                """,
                volumes(DisposableVM.TRAITS));
    }

    @Test
    @DisplayName("icons begin with dispvm-")
    void icon() {
        assertEquals("dispvm-", DisposableVM.TRAITS.iconPrefix());
    }
}
