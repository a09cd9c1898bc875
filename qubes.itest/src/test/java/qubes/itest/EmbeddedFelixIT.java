package qubes.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import qubes.core.vm.DomainFactory;
import qubes.core.vm.Qubes;
import qubes.testkit.EmbeddedFelix;
import qubes.testkit.QubesFixture;

class EmbeddedFelixIT {
    @Test
    @DisplayName("a named bundle runs and its service is of the test's own type")
    void namedBundleRuns() {
        try (var felix = EmbeddedFelix.with("qubes.vm.appvm")) {
            DomainFactory factory = felix.service(DomainFactory.class, "(klass=AppVM)");
            assertEquals("AppVM", factory.traits().klass());
            assertEquals(Bundle.ACTIVE, felix.bundle("qubes.vm.appvm").getState());
        }
    }

    @Test
    @DisplayName("a bundle that is not named is not started")
    void otherBundlesAreNotStarted() {
        try (var felix = EmbeddedFelix.with("qubes.vm.appvm")) {
            assertFalse(felix.bundle("qubes.vm.netvm").getState() == Bundle.ACTIVE);
        }
    }

    @Test
    @DisplayName("a bundle that is not there is named in the error")
    void missingBundleIsNamed() {
        String message =
                assertThrows(IllegalStateException.class, () -> EmbeddedFelix.with("qubes.vm.nope"))
                        .getMessage();
        assertTrue(message.startsWith("No bundle qubes.vm.nope on the class path"), message);
    }

    @Test
    @DisplayName("the fixture is a whole system whose klasses come and go")
    void fixtureIsAWholeSystem() throws Exception {
        try (var system = QubesFixture.with("qubes.vm.templatevm", "qubes.vm.appvm")) {
            Qubes qubes = system.qubes();
            assertEquals(Set.of("AdminVM", "TemplateVM", "AppVM"), qubes.klasses());
            system.felix().bundle("qubes.vm.appvm").stop();
            assertEquals(Set.of("AdminVM", "TemplateVM"), qubes.klasses());
        }
    }
}
