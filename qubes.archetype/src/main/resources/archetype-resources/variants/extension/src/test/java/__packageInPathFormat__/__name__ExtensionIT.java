package ${package};

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.options;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import qubes.core.error.QubesValueError;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Qubes;
import qubes.testkit.Domains;
import qubes.testkit.exam.InjectService;
import qubes.testkit.exam.PaxExam;
import qubes.testkit.exam.QubesExam;

/**
 * The bundle in the system as it is shipped. These tests run in there, where they see the core's
 * contracts and, as the core does, none of the bundle's own classes.
 */
@ExtendWith(PaxExam.class)
class ${name}ExtensionIT {
    @Configuration
    static Option[] system() {
        return options(QubesExam.options(), QubesExam.bundleOf(${name}Extension.class));
    }

    @Test
    @DisplayName("A new qube has the tag, and no more than eight processors")
    void rules(@InjectService Qubes qubes) {
        BaseVM vm = Domains.create(qubes, "StandaloneVM", "work", "kernel=");
        assertTrue(vm.tags().contains("${artifactId}"));
        Domains.set(vm, "vcpus=8");
        assertThrows(QubesValueError.class, () -> Domains.set(vm, "vcpus=9"));
        assertEquals("8", Domains.value(vm, "vcpus"));
    }
}
