package qubes.reference;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import qubes.core.admin.AdminSocket;
import qubes.core.vm.AdminVM;
import qubes.core.vm.KlassTraits;

/**
 * The policy that has a line for each method that qubes may be allowed to call (spec policy.md §1).
 */
final class AdminPolicy {
    private static final String HEAD =
            """
            # Written by the build from the methods' declarations: a line for each method of the Admin API.
            # It grants nothing by itself. What is to be granted goes into the files in include/, such as
            #   mgmt-qube @anyvm allow target=dom0
            # or into a policy file with a lower number.

            """;

    /** Classes of devices of the core and of known plugins; a line for one that is away is idle. */
    private static final List<String> DEVICE_CLASSES =
            List.of("block", "mic", "pci", "usb", "webcam");

    /** Served by scripts beside the daemon, which call its internal socket. */
    private static final Map<String, String> SCRIPTS =
            Map.of(
                    "admin.vm.volume.Import", "local-rwx",
                    "admin.vm.volume.ImportWithSize", "local-rwx");

    private AdminPolicy() {}

    /** The text of the file {@code 90-admin-default.policy}. */
    static String of(List<MethodSources.Source> methods, List<KlassTraits> klasses) {
        Map<String, String> includes = new TreeMap<>(SCRIPTS); // method to included file
        methods.stream()
                .filter(method -> method.traits().socket() == AdminSocket.ADMIN)
                .forEach(
                        method ->
                                members(method.name(), klasses)
                                        .forEach(
                                                name ->
                                                        includes.put(
                                                                name,
                                                                MethodPage.policy(
                                                                        method.traits()))));
        return includes.entrySet().stream()
                .map(
                        line ->
                                "!include-service %s * include/admin-%s\n"
                                        .formatted(line.getKey(), line.getValue()))
                .collect(Collectors.joining("", HEAD, ""));
    }

    /** The methods of a family; nobody may be allowed to create a second dom0. */
    private static Stream<String> members(String name, List<KlassTraits> klasses) {
        if (!name.contains("*")) {
            return Stream.of(name);
        }
        if (name.startsWith("admin.vm.Create")) {
            return klasses.stream()
                    .filter(klass -> klass != AdminVM.TRAITS)
                    .map(klass -> name.replace("*", klass.klass()));
        }
        if (name.startsWith("admin.vm.device.")) {
            return DEVICE_CLASSES.stream().map(one -> name.replace("*", one));
        }
        throw new IllegalStateException("the policy has to know the members of " + name);
    }
}
