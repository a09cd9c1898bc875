package qubes.core.internal.migration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import qubes.core.state.SystemState;

class MigrationsTest {
    private static final String NET = "; sys-net:AppVM provides_network=True netvm=";
    private static final String TODAY =
            "5:0x555555:gray default_netvm=sys-net default_dispvm=dvm management_dispvm=; "
                    + "sys-net:AppVM provides_network=True netvm= label=gray; "
                    + "dvm:AppVM template_for_dispvms=True +preload-dispvm=disp1_disp2; "
                    + "disp1:DispVM template=dvm default_dispvm=dvm; "
                    + "disp2:DispVM template=dvm; "
                    + "box:HologramVM shade=4 netvm=sys-net maxmem=0 +service.x=1 "
                    + "#kernel.snap_on_start=False #root.snap_on_start=True #root.source=a";

    /**
     * A store of old, as {@link ShortStore} writes it, and what becomes of it.
     *
     * @param words what the row is about, as in the table of the specification
     */
    record Row(String words, String before, String after) {
        @Override
        public String toString() {
            return words;
        }
    }

    static Stream<Row> rows() {
        return Stream.of(
                // labels
                new Row("label colour 0x555753", "5:0x555753:gray", "5:0x555555:gray"),
                new Row("label colour 0x123456 is kept", "9:0x123456:x", "9:0x123456:x"),
                new Row("label colour of the old layout", "1:#cc0000:red", "1:0xcc0000:red"),
                new Row("label colour 0x555753 of the old layout", "5:#555753:x", "5:0x555555:x"),
                new Row("label colour that is none is kept", "9:#12345:x", "9:#12345:x"),
                new Row(
                        "label by reference",
                        "1:0xcc0000:red; a:AppVM label@=label-1",
                        "1:0xcc0000:red; a:AppVM label=red"),
                new Row(
                        "label by index, where none is called so",
                        "1:0xcc0000:red 2:0xf57900:3 3:0xedd400:x; a:AppVM label=1; b:AppVM label=3",
                        "1:0xcc0000:red 2:0xf57900:3 3:0xedd400:x; a:AppVM label=red; b:AppVM label=3"),
                new Row("label that is not there", "; a:AppVM label=7", "; a:AppVM label=7"),
                // references by uuid
                new Row(
                        "VM property by uuid",
                        "clockvm="
                                + ShortStore.uuid(1)
                                + NET
                                + "; work:AppVM netvm="
                                + ShortStore.uuid(1),
                        "clockvm=sys-net" + NET + "; work:AppVM netvm=sys-net"),
                new Row(
                        "uuid of nobody",
                        "; work:AppVM netvm=" + ShortStore.uuid(77),
                        "; work:AppVM netvm=" + ShortStore.uuid(77)),
                // release 3
                new Row(
                        "class ProxyVM",
                        "; fw:ProxyVM netvm=net; net:NetVM netvm=",
                        "; fw:NetVM netvm=net provides_network=True; "
                                + "net:NetVM netvm= provides_network=True"),
                new Row(
                        "class NetVM that says for itself whether it provides network",
                        "; net:NetVM provides_network=False",
                        "; net:NetVM provides_network=False"),
                new Row(
                        "class NetVM at a default that is itself",
                        "default_netvm=net; net:NetVM",
                        "default_netvm=net; net:NetVM provides_network=True netvm="),
                // properties and features
                new Row("hvm=True", "; a:AppVM hvm=True", "; a:AppVM virt_mode=hvm"),
                new Row("hvm=False", "; a:AppVM hvm=False", "; a:AppVM virt_mode=pv"),
                new Row("hvm=1, klass away", "; a:FarVM hvm=1", "; a:FarVM virt_mode=hvm"),
                new Row(
                        "hvm beside virt_mode",
                        "; a:AppVM hvm=True virt_mode=pvh",
                        "; a:AppVM virt_mode=pvh"),
                new Row("hvm that is no boolean", "; a:AppVM hvm=often", "; a:AppVM hvm=often"),
                new Row(
                        "dispvm_allowed=True",
                        "; a:AppVM dispvm_allowed=True",
                        "; a:AppVM template_for_dispvms=True"),
                new Row(
                        "dispvm_allowed=False",
                        "; a:AppVM dispvm_allowed=False",
                        "; a:AppVM template_for_dispvms=False"),
                new Row(
                        "feature service.meminfo-writer empty",
                        "; a:AppVM maxmem=400 +service.meminfo-writer=",
                        "; a:AppVM maxmem=0"),
                new Row(
                        "feature service.meminfo-writer set",
                        "; a:AppVM maxmem=400 +service.meminfo-writer=1 +x=1",
                        "; a:AppVM maxmem=400 +x=1"),
                new Row(
                        "feature service.meminfo-writer of dom0",
                        "; dom0:AdminVM +service.meminfo-writer=",
                        "; dom0:AdminVM +service.meminfo-writer="),
                new Row(
                        "feature service.meminfo-writer of a RemoteVM, which has no maxmem",
                        "; a:RemoteVM +service.meminfo-writer=",
                        "; a:RemoteVM +service.meminfo-writer="),
                // volumes
                new Row(
                        "volume attribute internal",
                        "; a:AppVM #root.internal=True #root.rw=True #private.internal=False",
                        "; a:AppVM #root.rw=True"),
                new Row(
                        "kernel volume snap_on_start without source",
                        "; a:AppVM #kernel.snap_on_start=True #root.snap_on_start=True",
                        "; a:AppVM #kernel.snap_on_start=False #root.snap_on_start=True"),
                new Row(
                        "kernel volume snap_on_start with source",
                        "; a:AppVM #kernel.snap_on_start=True #kernel.source=x",
                        "; a:AppVM #kernel.snap_on_start=True #kernel.source=x"),
                // network
                new Row(
                        "default_fw_netvm=sys-net, default_netvm=sys-firewall",
                        "default_fw_netvm=sys-net default_netvm=sys-firewall"
                                + NET
                                + "; sys-firewall:AppVM provides_network=True; appvm:AppVM",
                        "default_netvm=sys-firewall"
                                + NET
                                + "; sys-firewall:AppVM provides_network=True netvm=sys-net; appvm:AppVM"),
                new Row(
                        "default_fw_netvm = default_netvm = sys-net",
                        "default_fw_netvm=sys-net default_netvm=sys-net"
                                + NET
                                + "; sys-firewall:AppVM provides_network=True",
                        "default_netvm=sys-net"
                                + NET
                                + "; sys-firewall:AppVM provides_network=True"),
                new Row(
                        "default_fw_netvm = default_netvm = sys-firewall, itself at default",
                        "default_fw_netvm=sys-firewall default_netvm=sys-firewall"
                                + NET
                                + "; sys-firewall:AppVM provides_network=True",
                        "default_netvm=sys-firewall"
                                + NET
                                + "; sys-firewall:AppVM provides_network=True netvm="),
                new Row(
                        "default_fw_netvm without default_netvm",
                        "default_fw_netvm@=sys-net"
                                + NET
                                + "; sys-firewall:AppVM provides_network=True; a:AppVM",
                        NET + "; sys-firewall:AppVM provides_network=True netvm=sys-net; a:AppVM"),
                new Row(
                        "default_fw_netvm that does not exist",
                        "default_fw_netvm=gone; sys-firewall:AppVM provides_network=True",
                        "; sys-firewall:AppVM provides_network=True"),
                new Row(
                        "default_fw_netvm of release 3",
                        "default_fw_netvm=net default_netvm=fw; net:NetVM netvm=; fw:ProxyVM; a:AppVM",
                        "default_netvm=fw; net:NetVM netvm= provides_network=True; "
                                + "fw:NetVM provides_network=True netvm=net; a:AppVM"),
                new Row(
                        "netvm that is the qube itself",
                        "; a:AppVM netvm=a provides_network=True",
                        "; a:AppVM netvm= provides_network=True"),
                new Row(
                        "netvm loop of three: the first by name gets none",
                        "; c:AppVM netvm=b; b:AppVM netvm=a; a:AppVM netvm=c",
                        "; c:AppVM netvm=b; b:AppVM netvm=a; a:AppVM netvm="),
                new Row(
                        "netvm that leads into a loop",
                        "; a:AppVM netvm=c; b:AppVM netvm=c; c:AppVM netvm=b",
                        "; a:AppVM netvm=c; b:AppVM netvm=; c:AppVM netvm=b"),
                new Row(
                        "netvm loop through the default",
                        "default_netvm=a; a:AppVM netvm=b; b:AppVM provides_network=True",
                        "default_netvm=a; a:AppVM netvm=; b:AppVM provides_network=True"),
                new Row(
                        "a template that provides network has none of its own",
                        "default_netvm=a; a:AppVM netvm=t; t:TemplateVM provides_network=True",
                        "default_netvm=a; a:AppVM netvm=t; t:TemplateVM provides_network=True"),
                new Row(
                        "default_netvm that does not provide network is kept",
                        "default_netvm=a; a:AppVM; b:AppVM",
                        "default_netvm=a; a:AppVM; b:AppVM"),
                // disposables
                new Row(
                        "default_dispvm, management_dispvm without flag, of the system",
                        "default_dispvm=a management_dispvm=a; a:AppVM",
                        "default_dispvm= management_dispvm=; a:AppVM"),
                new Row(
                        "default_dispvm, management_dispvm without flag, of a qube and dom0",
                        "; dom0:AdminVM default_dispvm=a; a:AppVM default_dispvm=a "
                                + "management_dispvm=b; b:AppVM template_for_dispvms=False",
                        "; dom0:AdminVM default_dispvm=; a:AppVM default_dispvm= "
                                + "management_dispvm=; b:AppVM template_for_dispvms=False"),
                new Row(
                        "default_dispvm whose flag has its old name",
                        "default_dispvm=a; a:AppVM dispvm_allowed=True",
                        "default_dispvm=a; a:AppVM template_for_dispvms=True"),
                new Row(
                        "default_dispvm that does not exist is kept",
                        "default_dispvm=gone; a:AppVM management_dispvm=gone",
                        "default_dispvm=gone; a:AppVM management_dispvm=gone"),
                new Row(
                        "preload list with names that do not exist",
                        "; a:AppVM +preload-dispvm=disp1_disp2_disp3; disp2:DispVM template=a",
                        "; a:AppVM +preload-dispvm=disp2; disp2:DispVM template=a"),
                new Row(
                        "preload list of the gone alone",
                        "; a:AppVM +preload-dispvm=disp1",
                        "; a:AppVM +preload-dispvm="));
    }

    @ParameterizedTest
    @MethodSource("rows")
    @DisplayName("a store of old becomes one of today")
    void migrates(Row row) {
        assertEquals(canonical(row.after()), ShortStore.write(migrated(row.before()).state()));
    }

    @ParameterizedTest
    @MethodSource("rows")
    @DisplayName("what was migrated is not migrated again")
    void migratesOnce(Row row) {
        SystemState once = migrated(row.before()).state();
        Told again = migrated(once);
        assertEquals(ShortStore.write(once), ShortStore.write(again.state()));
        assertEquals(List.of(), again.changed);
    }

    @ParameterizedTest
    @MethodSource("rows")
    @DisplayName("each change, and nothing but changes, is told")
    void tellsChanges(Row row) {
        Told told = migrated(row.before());
        boolean same = canonical(row.before()).equals(canonical(row.after()));
        long circles = told.odd.stream().filter(line -> line.contains("circle")).count();
        assertEquals(same, told.changed.size() + circles == 0, told.toString());
    }

    @Test
    @DisplayName("a store of today stays as it is, without a word")
    void leavesTodayAlone() {
        Told told = migrated(TODAY);
        assertEquals(canonical(TODAY), ShortStore.write(told.state()));
        assertEquals(List.of(), told.changed);
        assertEquals(List.of(), told.odd);
    }

    @Test
    @DisplayName("what is wrong and kept is told, the name in quotes")
    void tellsWhatIsOdd() {
        Told told = migrated("default_dispvm=gone; a:AppVM hvm=often");
        assertEquals(
                List.of(
                        "a: Property hvm is no boolean, 'often'; it is kept and means nothing",
                        "Property default_dispvm names a qube that does not exist, 'gone'; set another"),
                told.odd);
    }

    @Test
    @DisplayName("lines begin with the domain")
    void namesTheDomain() {
        Told told = migrated("; work:AppVM hvm=True");
        assertTrue(told.changed.get(0).startsWith("work: "), told.toString());
    }

    private static String canonical(String line) {
        return ShortStore.write(ShortStore.read(line));
    }

    private static Told migrated(String line) {
        return migrated(ShortStore.read(line));
    }

    private static Told migrated(SystemState state) {
        Told told = new Told();
        told.result = Migrations.migrate(state, told);
        return told;
    }

    /** Remembers what it is told. */
    private static final class Told implements Notes {
        private final List<String> changed = new ArrayList<>();
        private final List<String> odd = new ArrayList<>();
        private SystemState result = SystemState.EMPTY;

        SystemState state() {
            return result;
        }

        @Override
        public void changed(String what) {
            changed.add(what);
        }

        @Override
        public void odd(String what) {
            odd.add(what);
        }

        @Override
        public String toString() {
            return changed + " " + odd;
        }
    }
}
