package qubes.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the verbs send, byte for byte, and what they make of the replies. */
class CommandsTest {
    private static final String LISTED =
            """
            NAME  STATE    CLASS    LABEL  TEMPLATE  NETVM
            dom0  Running  AdminVM  black  -         -
            anon  Halted   AppVM    red    tiny      -
            work  Running  AppVM    -      -         -
            """;

    private ScriptedDaemon daemon;

    @BeforeEach
    void start() throws IOException {
        daemon = new ScriptedDaemon();
    }

    @AfterEach
    void stop() throws IOException {
        daemon.close();
    }

    @Test
    @DisplayName("ls shows the columns of qvm-ls, dom0 first, and asks a daemon of ours once")
    void listInOneCall() {
        daemon.on(
                "qubesd.vm.property.GetAll+ dom0 label\ntemplate\nnetvm",
                """
                anon class=AppVM state=Halted uuid=1 foo=bar
                 label default=False type=label red
                 template default=False type=vm tiny
                 netvm default=True type=vm\s
                dom0 class=AdminVM state=Running uuid=0
                 label default=False type=label black
                work class=AppVM state=Running uuid=2
                """);
        assertEquals(0, daemon.run("ls"));
        assertEquals(LISTED, daemon.out());
        assertEquals(0, daemon.run("ls", "anon"));
        assertEquals(2, daemon.out().lines().count());
        assertEquals(2, daemon.run("ls", "nope"));
        assertEquals(
                List.of("qubesd.vm.property.GetAll+ dom0 label\ntemplate\nnetvm"),
                daemon.requests().stream().distinct().toList());
    }

    @Test
    @DisplayName("ls of any column asks for that property")
    void listColumn() {
        daemon.on(
                "qubesd.vm.property.GetAll+ dom0 default_user",
                "work class=AppVM state=Running uuid=2\n default_user default=True type=str a\\\\b\\nc\n");
        assertEquals(0, daemon.run("ls", "-O", "name,default-user,DEFAULT_USER", "--raw-data"));
        assertEquals("work|a\\b\nc|a\\b\nc\n", daemon.out());
    }

    @Test
    @DisplayName("ls asks GetAll of each qube where the daemon does not know the one call")
    void list() {
        daemon.on("admin.vm.List+ dom0", ScriptedDaemon.LIST)
                .on("admin.vm.property.GetAll+ dom0", "label default=False type=label black\n")
                .on(
                        "admin.vm.property.GetAll+ anon",
                        "label default=False type=label red\nnetvm default=True type=vm \n"
                                + "template default=False type=vm tiny\n")
                .refuse("admin.vm.property.GetAll+ work", "QubesVMNotAvailableError", "no klass");
        assertEquals(0, daemon.run("ls"));
        assertEquals(LISTED, daemon.out());
    }

    @Test
    @DisplayName("ls --raw-list asks admin.vm.List alone, and tolerates keys it does not know")
    void rawList() {
        daemon.on("admin.vm.List+ dom0", ScriptedDaemon.LIST);
        assertEquals(0, daemon.run("ls", "--raw-list"));
        assertEquals("dom0\nanon\nwork\n", daemon.out());
        assertEquals(List.of("admin.vm.List+ dom0"), daemon.requests());
    }

    @Test
    @DisplayName("ls of chosen columns needs no properties for name, state and class")
    void chosenColumns() {
        daemon.on("admin.vm.List+ dom0", ScriptedDaemon.LIST);
        assertEquals(0, daemon.run("ls", "-O", "name,class", "--raw-data", "work"));
        assertEquals("work|AppVM\n", daemon.out());
        assertEquals(List.of("admin.vm.List+ dom0"), daemon.requests());
        assertEquals(2, daemon.run("ls", "nope"));
        assertEquals(2, daemon.run("ls", "-O", "name,,class"));
    }

    @Test
    @DisplayName("prefs --explain tells the value and where it comes from")
    void explain() {
        daemon.on(
                        "admin.vm.property.GetAll+ work",
                        "netvm default=True type=vm \nvcpus default=True type=int 2\n"
                                + "kernel default=True type=str \n")
                .on(
                        "qubesd.vm.property.Explain+ work",
                        "netvm the system's default_netvm, built in\n"
                                + "vcpus from template debian-12\n");
        assertEquals(0, daemon.run("prefs", "work", "--explain"));
        assertEquals(
                """
                netvm = None, the system's default_netvm, built in
                vcpus = 2, from template debian-12
                """,
                daemon.out());
        assertEquals(2, daemon.run("prefs", "work", "--explain", "nope"));
        assertEquals(2, daemon.run("prefs", "work", "--explain", "vcpus", "3"));
    }

    @Test
    @DisplayName("prefs --explain of one property, and of the system")
    void explainOne() {
        daemon.on(
                        "admin.property.GetAll+ dom0",
                        "clockvm default=True type=vm \nstats_interval default=False type=int 5\n")
                .on("qubesd.property.Explain+ dom0", "clockvm built in\nstats_interval set here\n");
        assertEquals(0, daemon.run("global", "prefs", "--explain", "stats-interval"));
        assertEquals("stats_interval = 5, set here\n", daemon.out());
    }

    @Test
    @DisplayName("create asks for the labels and creates")
    void create() {
        daemon.on("admin.label.List+ dom0", "red\nblue\n")
                .on("admin.vm.Create.AppVM+ dom0 name=new-vm label=red", "");
        assertEquals(0, daemon.run("create", "new-vm", "-l", "red"));
        assertEquals(
                List.of(
                        "admin.label.List+ dom0",
                        "admin.vm.Create.AppVM+ dom0 name=new-vm label=red"),
                daemon.requests());
        assertEquals("", daemon.out());
    }

    @Test
    @DisplayName("create with a pool, and with pools by volume in alphabetical order")
    void createInPool() {
        daemon.on("admin.label.List+ dom0", "red\n")
                .on("admin.vm.CreateInPool.AppVM+ dom0 name=new-vm label=red pool=some-pool", "")
                .on(
                        "admin.vm.CreateInPool.TemplateVM+ dom0 name=t label=red pool:private=a pool:root=b",
                        "");
        assertEquals(0, daemon.run("create", "-P", "some-pool", "new-vm", "--label", "red"));
        assertEquals(0, daemon.run("create", "--pool=some-pool", "new-vm", "--label", "red"));
        assertEquals(
                0,
                daemon.run(
                        "create",
                        "-C",
                        "TemplateVM",
                        "-p",
                        "root=b",
                        "-p",
                        "private=a",
                        "t",
                        "-l",
                        "red"));
        assertEquals(2, daemon.run("create", "-P", "x", "-p", "root=b", "t", "-l", "red"));
    }

    @Test
    @DisplayName("create sets the properties asked for, after the template in the argument")
    void createWithProperties() {
        daemon.on("admin.label.List+ dom0", "red\n")
                .on("admin.vm.Create.AppVM+tiny dom0 name=work label=red", "")
                .on("admin.vm.property.Set+memory work 128", "");
        assertEquals(
                0,
                daemon.run(
                        "create",
                        "work",
                        "--class",
                        "AppVM",
                        "--template",
                        "tiny",
                        "--label",
                        "red",
                        "--property",
                        "memory=128"));
        assertEquals("admin.vm.property.Set+memory work 128", daemon.requests().get(2));
        assertEquals(2, daemon.run("create", "work", "--label", "red", "--property", "memory"));
    }

    @Test
    @DisplayName("a name with blanks is no way to smuggle options into a creation")
    void createWithBlanks() {
        daemon.on("admin.label.List+ dom0", "red\n");
        assertEquals(2, daemon.run("create", "work pool=x", "-l", "red"));
        assertTrue(
                daemon.err().endsWith("error: no blanks, please: 'name=work pool=x'\n"),
                daemon.err());
        assertEquals(2, daemon.run("create", "work", "-l", "red", "-P", "a b"));
        assertEquals(
                List.of("admin.label.List+ dom0", "admin.label.List+ dom0"), daemon.requests());
    }

    @Test
    @DisplayName("create refuses a label that is not there")
    void createWithUnknownLabel() {
        daemon.on("admin.label.List+ dom0", "red\nblue\n");
        assertEquals(2, daemon.run("create", "work", "-l", "pink"));
        assertTrue(
                daemon.err()
                        .endsWith(
                                "qvm create: error: no such label: 'pink'; available: red, blue\n"),
                daemon.err());
    }

    @Test
    @DisplayName("prefs lists with the marks of qvm-prefs, and unescapes")
    void prefs() {
        daemon.on(
                "admin.vm.property.GetAll+ work",
                """
                stubdom_mem default=True type=int\s
                kernelopts default=False type=str a\\nb\\\\c
                memory default=False type=int 128
                default_user default=True type=str user
                ip6 default=True type=str\s
                netvm default=False type=vm\s
                """);
        assertEquals(0, daemon.run("prefs", "work"));
        assertEquals(
                """
                default_user  D  user
                ip6           D \s
                kernelopts    -  a
                b\\c
                memory        -  128
                netvm         -  None
                stubdom_mem   U
                """,
                daemon.out());
        assertEquals(0, daemon.run("prefs", "work", "--hide-default"));
        assertEquals(
                "kernelopts    -  a\nb\\c\nmemory        -  128\nnetvm         -  None\n",
                daemon.out());
    }

    @Test
    @DisplayName("prefs reads, sets and resets one property; - stands for _, none for no domain")
    void onePreference() {
        daemon.on("admin.vm.property.Get+default_user work", "default=True type=str two words")
                .on("admin.vm.property.Get+netvm work", "default=True type=vm ")
                .on("admin.vm.property.Set+memory work 256", "")
                .on("admin.vm.property.Set+netvm work", "")
                .on("admin.vm.property.Reset+memory work", "");
        assertEquals(0, daemon.run("prefs", "work", "default-user"));
        assertEquals("two words\n", daemon.out());
        assertEquals(0, daemon.run("prefs", "work", "netvm"));
        assertEquals("", daemon.out());
        assertEquals(0, daemon.run("prefs", "work", "memory", "256"));
        assertEquals(0, daemon.run("prefs", "work", "netvm", "None"));
        assertEquals(0, daemon.run("prefs", "-D", "work", "memory"));
        assertEquals(0, daemon.run("prefs", "--default", "work", "memory"));
    }

    @Test
    @DisplayName("a property that is not there is a usage error")
    void noSuchProperty() {
        daemon.refuse(
                "admin.vm.property.Get+no_such_property work",
                "QubesNoSuchPropertyError",
                "Invalid property");
        assertEquals(2, daemon.run("prefs", "work", "no_such_property"));
        assertTrue(
                daemon.err().endsWith("error: no such property: 'no_such_property'\n"),
                daemon.err());
    }

    @Test
    @DisplayName("global prefs speaks of the system")
    void globalPrefs() {
        daemon.on("admin.property.GetAll+ dom0", "clockvm default=True type=vm \n")
                .on("admin.property.Set+default_netvm dom0 sys-net", "")
                .on("admin.property.Set+clockvm dom0", "");
        assertEquals(0, daemon.run("global", "prefs"));
        assertEquals("clockvm  D  None\n", daemon.out());
        assertEquals(0, daemon.run("global", "prefs", "default_netvm", "sys-net"));
        assertEquals(0, daemon.run("global", "prefs", "clockvm", "none"));
        assertEquals(2, daemon.run("global"));
        assertEquals("qvm: error: the verb is: global prefs\n", daemon.err());
    }

    @Test
    @DisplayName(
            "features lists, reads, sets and removes; one that is missing ends with 1 and no message")
    void features() {
        daemon.on("admin.vm.feature.List+ work", "zz\ngui\n")
                .on("admin.vm.feature.Get+gui work", "1")
                .on("admin.vm.feature.Get+zz work", "")
                .on("admin.vm.feature.Set+gui work 1", "")
                .on("admin.vm.feature.Set+gui work", "")
                .refuse(
                        "admin.vm.feature.Get+missing-feature work",
                        "QubesFeatureNotFoundError",
                        "no")
                .refuse(
                        "admin.vm.feature.Remove+missing-feature work",
                        "QubesFeatureNotFoundError",
                        "no");
        assertEquals(0, daemon.run("features", "work"));
        assertEquals("gui  1\nzz   \n", daemon.out());
        assertEquals(0, daemon.run("features", "work", "gui", "1"));
        assertEquals(0, daemon.run("features", "work", "gui", ""));
        assertEquals(1, daemon.run("features", "work", "missing-feature"));
        assertEquals("", daemon.err());
        assertEquals(0, daemon.run("features", "-D", "work", "missing-feature"));
    }

    @Test
    @DisplayName("tags lists, tests, adds and removes")
    void tags() {
        daemon.on("admin.vm.tag.List+ work", "a\nb\n")
                .on("admin.vm.tag.Get+a work", "1")
                .on("admin.vm.tag.Get+c work", "0")
                .on("admin.vm.tag.Set+c work", "")
                .on("admin.vm.tag.Set+d work", "")
                .refuse(
                        "admin.vm.tag.Remove+x work",
                        "QubesTagNotFoundError",
                        "Tag not set for domain work: x");
        assertEquals(0, daemon.run("tags", "work"));
        assertEquals("a\nb\n", daemon.out());
        assertEquals(0, daemon.run("tags", "work", "list", "a"));
        assertEquals(1, daemon.run("tags", "work", "list", "c"));
        assertEquals(0, daemon.run("tags", "work", "add", "c", "d"));
        assertEquals(1, daemon.run("tags", "work", "del", "x"));
        assertEquals("Tag not set for domain work: x\n", daemon.err());
        assertEquals(2, daemon.run("tags", "work", "add"));
        assertEquals(2, daemon.run("tags", "work", "list", "a", "b"));
    }

    @Test
    @DisplayName("remove asks first; anything but y leaves the qube")
    void remove() {
        daemon.on("admin.vm.List+ dom0", ScriptedDaemon.LIST).on("admin.vm.Remove+ work", "");
        assertEquals(1, daemon.runWithInput("", "remove", "work"));
        assertEquals(1, daemon.runWithInput("n\n", "remove", "work"));
        assertFalse(daemon.requests().contains("admin.vm.Remove+ work"));
        assertEquals(0, daemon.runWithInput("y\n", "remove", "work"));
        assertEquals(0, daemon.run("remove", "-f", "work"));
        assertEquals("admin.vm.Remove+ work", daemon.requests().get(5));
    }

    @Test
    @DisplayName("remove of one in use tells who refers to it")
    void removeUsed() {
        daemon.refuse("admin.vm.Remove+ tiny", "QubesVMInUseError", "Domain is in use: 'tiny'")
                .on(
                        "admin.vm.List+ dom0",
                        ScriptedDaemon.LIST + "tiny class=TemplateVM state=Halted uuid=3\n")
                .on("admin.property.GetAll+ dom0", "default_template default=False type=vm tiny\n")
                .on("admin.vm.property.GetAll+ dom0", "label default=False type=label black\n")
                .on("admin.vm.property.GetAll+ anon", "template default=False type=vm tiny\n")
                .on("admin.vm.property.GetAll+ work", "default_dispvm default=True type=vm tiny\n");
        assertEquals(1, daemon.run("remove", "-f", "tiny"));
        assertEquals(
                """
                Domain is in use: 'tiny'
                  used as the system's default_template
                  used as anon's template
                """,
                daemon.err());
    }

    @Test
    @DisplayName("volumes are listed with pool and id, and shown with their revisions")
    void volumes() {
        daemon.on("admin.vm.volume.List+ work", "root\nprivate\n")
                .on(
                        "admin.vm.volume.Info+root work",
                        "pool=p\nvid=appvms/work/root\nsize=5\nsource=\n")
                .on("admin.vm.volume.Info+private work", "pool=q\nvid=x=y\n")
                .on("admin.vm.volume.ListSnapshots+root work", "")
                .on("admin.vm.volume.ListSnapshots+private work", "1\n2\n");
        assertEquals(0, daemon.run("volume", "list", "work"));
        assertEquals(
                """
                POOL:VOLUME         VMNAME  VOLUME_NAME  REVERT_POSSIBLE
                p:appvms/work/root  work    root         No
                q:x=y               work    private      Yes
                """,
                daemon.out());
        assertEquals(0, daemon.run("volume", "info", "work:root"));
        assertEquals(
                """
                pool    p
                vid     appvms/work/root
                size    5
                source  -
                List of available revisions (for revert): none
                """,
                daemon.out());
        assertEquals(0, daemon.run("volume", "info", "work:root", "size"));
        assertEquals("5\n", daemon.out());
        assertEquals(2, daemon.run("volume", "info", "work"));
    }

    @Test
    @DisplayName("pools and drivers are listed; a system without any pool is an error")
    void pools() {
        daemon.on("admin.pool.List+ dom0", "varlibqubes\nlinux-kernel\n")
                .on(
                        "admin.pool.Info+varlibqubes dom0",
                        "dir_path=/x\ndriver=file\nname=varlibqubes\n")
                .on("admin.pool.Info+linux-kernel dom0", "driver=linux-kernel\nname=linux-kernel\n")
                .on("admin.pool.ListDrivers+ dom0", "file dir_path revisions_to_keep\nbare \n");
        assertEquals(0, daemon.run("pool", "list"));
        assertEquals(
                """
                NAME          DRIVER
                varlibqubes   file
                linux-kernel  linux-kernel
                """,
                daemon.out());
        assertEquals(0, daemon.run("pool", "info", "varlibqubes"));
        assertEquals("dir_path  /x\ndriver    file\nname      varlibqubes\n", daemon.out());
        assertEquals(0, daemon.run("pool", "drivers"));
        assertEquals(
                "DRIVER  OPTIONS\nfile    dir_path, revisions_to_keep\nbare    -\n", daemon.out());
        daemon.on("admin.pool.List+ dom0", "");
        assertEquals(1, daemon.run("pool", "list"));
    }

    @Test
    @DisplayName("labels, klasses and states are shown")
    void facts() {
        daemon.on("admin.label.List+ dom0", "red\n")
                .on("admin.label.Index+red dom0", "1")
                .on("admin.label.Get+red dom0", "0xcc0000")
                .on("admin.vmclass.List+ dom0", "AppVM\nAdminVM\n")
                .on(
                        "admin.vm.CurrentState+ work",
                        "mem=1024 mem_static_max=2 cputime=3 power_state=Running");
        assertEquals(0, daemon.run("label", "list"));
        assertEquals("NAME  INDEX  COLOR\nred   1      0xcc0000\n", daemon.out());
        assertEquals(0, daemon.run("klass", "list"));
        assertEquals("AdminVM\nAppVM\n", daemon.out());
        assertEquals(0, daemon.run("state", "work"));
        assertEquals("Running\n", daemon.out());
        assertEquals(0, daemon.run("state", "--all", "work"));
        assertTrue(daemon.out().startsWith("mem             1024\n"), daemon.out());
    }

    @Test
    @DisplayName("events are shown one a line until the daemon ends the stream")
    void events() {
        daemon.onBytes(
                "admin.Events+ dom0",
                ("1\0\0connection-established\0\0"
                                + "1\0work\0property-set:memory\0name\0memory\0newvalue\0"
                                + "128\0\0")
                        .getBytes());
        assertEquals(0, daemon.run("events"));
        assertEquals(
                "- connection-established\nwork property-set:memory name=memory newvalue=128\n",
                daemon.out());
        daemon.onBytes("admin.Events+ dom0", "1\0\0connection-est".getBytes());
        assertEquals(1, daemon.run("events"));
        daemon.refuse("admin.Events+ dom0", "PermissionDenied", "no");
        assertEquals(1, daemon.run("events"));
        assertEquals("no\n", daemon.err());
    }

    @Test
    @DisplayName("raw sends what is piped in and writes the reply as it is")
    void raw() {
        daemon.on("admin.vm.property.Set+memory work 77", "")
                .on("admin.vm.tag.List+ work", "a\nb\n");
        assertEquals(
                0, daemon.runWithInput("77", "raw", "admin.vm.property.Set", "memory", "work"));
        assertEquals(0, daemon.run("raw", "-e", "admin.vm.tag.List", "", "work"));
        assertEquals("a\nb\n", daemon.out());
    }
}
