package qubes.hypervisor.libvirt;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import qubes.testkit.Await;

/**
 * The init of a test's containers: a script of the tiny guest's shell that says when it is ready,
 * and until then may pass over what it is told.
 */
enum ShellInit {
    /** Ends at SIGTERM. */
    HEARS_SIGNALS("trap 'exit 0' TERM; : >/ready; while :; do sleep 1000 & wait $!; done"),
    /** Ends when something comes through the pipe, and at no signal. */
    HEARS_A_PIPE(
            "trap '' TERM; mkdir -p /run; mkfifo /run/initctl; exec 3<>/run/initctl; : >/ready;"
                    + " head -c 1 <&3");

    private static final String TEMPLATE =
            """
            {%% extends 'built-in.xml' %%}
            {%% block os %%}
            <type>exe</type>
            <init>/bin/sh</init>
            <initarg>-c</initarg>
            <initarg>%s</initarg>
            {%% endblock %%}
            """;

    private final String script;

    ShellInit(String script) {
        this.script = script;
    }

    /** Makes it the init of all containers whose templates are looked for in that folder. */
    void install(Path folder) throws IOException {
        try (var builtIn =
                LibvirtHypervisor.class.getResourceAsStream("/templates/libvirt/lxc.xml")) {
            Files.write(folder.resolve("built-in.xml"), builtIn.readAllBytes());
        }
        Files.createDirectories(folder.resolve("libvirt"));
        Files.writeString(
                folder.resolve("libvirt/lxc.xml"),
                TEMPLATE.formatted(script.replace("&", "&amp;").replace("<", "&lt;")));
    }

    /**
     * Waits until it is ready.
     *
     * @param container the id of a container that runs
     * @return its process
     */
    static long awaitReady(int container) throws Exception {
        long init = Container.of(container).orElseThrow().init().orElseThrow().pid();
        Path ready = Path.of("/proc/" + init + "/root/ready");
        Await.until("the container's init is ready", () -> Files.exists(ready));
        return init;
    }
}
