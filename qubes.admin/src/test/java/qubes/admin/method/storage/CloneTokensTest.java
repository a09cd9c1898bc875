package qubes.admin.method.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.admin.method.Daemon;
import qubes.core.error.QubesVolumeCopyTokenNotFoundError;
import qubes.core.vm.QubesVM;

class CloneTokensTest {
    @Test
    @DisplayName("of more tokens than are kept the oldest are forgotten")
    void tokensAreBounded() throws Exception {
        try (Daemon daemon = Daemon.start()) {
            CloneTokens tokens = new CloneTokens();
            QubesVM vm = (QubesVM) daemon.vm("test-vm1");
            String first = tokens.issue(vm, "private");
            String second = tokens.issue(vm, "private");
            for (int i = 1; i < CloneTokens.MOST; i++) {
                tokens.issue(vm, "private");
            }
            assertTrue(first.matches("[A-Za-z0-9]{32}"), first);
            assertEquals("private", tokens.redeem(second).volume());
            assertThrows(QubesVolumeCopyTokenNotFoundError.class, () -> tokens.redeem(first));
        }
    }
}
