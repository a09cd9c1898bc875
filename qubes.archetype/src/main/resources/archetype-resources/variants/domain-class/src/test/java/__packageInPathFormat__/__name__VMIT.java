package ${package};

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.ops4j.pax.exam.CoreOptions.options;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import qubes.core.error.QubesValueError;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Qubes;
import qubes.core.vm.QubesVM;
import qubes.testkit.Domains;
import qubes.testkit.exam.InjectService;
import qubes.testkit.exam.PaxExam;
import qubes.testkit.exam.QubesExam;

/**
 * The bundle in the system as it is shipped. These tests run in there, where they see the core's
 * contracts and, as the core does, none of the bundle's own classes.
 */
@ExtendWith(PaxExam.class)
class ${name}VMIT {
    @Configuration
    static Option[] system() {
        return options(QubesExam.options(), QubesExam.bundleOf(${name}VM.class));
    }

    @Test
    @DisplayName("A qube of the klass is made, says hello, and says what it is told to")
    void greets(@InjectService Qubes qubes) {
        BaseVM vm = Domains.create(qubes, "${name}VM", "hi", "kernel=");
        assertEquals("hello", Domains.value(vm, "greeting"));
        Domains.set(vm, "greeting=good day");
        assertEquals("good day", Domains.value(vm, "greeting"));
        assertThrows(QubesValueError.class, () -> Domains.set(vm, "greeting="));
        ((QubesVM) vm).start();
        assertEquals("good day", vm.features().get("greeted"));
        ((QubesVM) vm).kill();
    }
}
