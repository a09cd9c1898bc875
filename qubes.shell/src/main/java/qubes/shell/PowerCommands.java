package qubes.shell;

import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import qubes.core.error.QubesException;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Qubes;
import qubes.core.vm.QubesVM;

/** {@code qubes:start}, {@code qubes:shutdown} and {@code qubes:kill}. */
@Component(
        service = PowerCommands.class,
        property = {
            "osgi.command.scope=qubes",
            "osgi.command.function=start",
            "osgi.command.function=shutdown",
            "osgi.command.function=kill"
        })
public final class PowerCommands {
    private final Qubes qubes;

    @Activate
    public PowerCommands(@Reference Qubes qubes) {
        this.qubes = qubes;
    }

    /** Starts a qube. Blocks until its guest runs. */
    @Descriptor("start a qube")
    public String start(@Descriptor("name of the qube") String vm) {
        QubesVM domain = managed(vm);
        domain.start();
        return state(domain);
    }

    /** Asks a qube to power off. Blocks until it is down. */
    @Descriptor("ask a qube to power off, and wait until it is down")
    public String shutdown(@Descriptor("name of the qube") String vm) {
        QubesVM domain = managed(vm);
        domain.shutdown(false, true);
        return state(domain);
    }

    /** Ends a qube's guest at once. */
    @Descriptor("end the guest of a qube at once")
    public String kill(@Descriptor("name of the qube") String vm) {
        QubesVM domain = managed(vm);
        domain.kill();
        return state(domain);
    }

    private QubesVM managed(String name) {
        BaseVM vm = qubes.domain(new DomainName(name));
        if (!vm.available()) {
            throw new QubesException(
                    name
                            + ": no installed bundle provides klass "
                            + vm.klass()
                            + "; install it and try again");
        }
        return vm.as(QubesVM.class)
                .orElseThrow(
                        () ->
                                new QubesException(
                                        name
                                                + " is of klass "
                                                + vm.klass()
                                                + ", which nobody starts or stops"));
    }

    private static String state(QubesVM vm) {
        return vm.name() + " " + vm.powerState().wireName();
    }
}
