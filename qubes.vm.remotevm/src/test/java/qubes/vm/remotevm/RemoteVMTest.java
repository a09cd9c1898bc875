package qubes.vm.remotevm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static qubes.testkit.KlassTable.lineage;
import static qubes.testkit.KlassTable.ownProperties;
import static qubes.testkit.KlassTable.propertyNames;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.core.vm.BaseVM;
import qubes.core.vm.KlassTraits;

class RemoteVMTest {
    @Test
    @DisplayName("the ancestry is as clients of the original know it")
    void ancestry() {
        assertEquals("RemoteVM, BaseVM", lineage(RemoteVM.TRAITS));
    }

    @Test
    @DisplayName("its own properties are those of the specification")
    void properties() {
        assertEquals(
                """
                include_in_backups | bool | 2 | False | rw
                remote_name | str | 2 | none | rw
                transport_rpc | str | 2 | none | rw
                relayvm | vm | 4 | none | rw
                """,
                ownProperties(RemoteVM.TRAITS, BaseVM.TRAITS));
    }

    @Test
    @DisplayName("it has the properties that clients see, and no others")
    void allProperties() {
        assertEquals(
                "icon include_in_backups klass label name qid remote_name transport_rpc uuid relayvm",
                propertyNames(RemoteVM.TRAITS));
    }

    @Test
    @DisplayName("it has no volumes and no network, and is not local")
    void nothingHere() {
        assertEquals(List.of(), RemoteVM.TRAITS.volumes().entries());
        assertEquals(List.of(), RemoteVM.TRAITS.capabilities());
        assertFalse(RemoteVM.TRAITS.is(KlassTraits.LOCAL));
    }

    @Test
    @DisplayName(
            "the nothing that a store holds reads as the word None; nothing sent stays nothing")
    void nothing() {
        assertEquals(Optional.of("None"), RemoteVM.REMOTE_NAME.type().parse(""));
        assertEquals(Optional.of("far"), RemoteVM.REMOTE_NAME.type().parse("far"));
    }

    @Test
    @DisplayName("icons begin with remotevm-")
    void icon() {
        assertEquals("remotevm-", RemoteVM.TRAITS.iconPrefix());
    }
}
