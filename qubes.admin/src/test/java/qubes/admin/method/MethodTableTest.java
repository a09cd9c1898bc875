package qubes.admin.method;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.admin.MethodsAccess;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.MethodTraits;

/** What is in the table of spec admin-api §1, for the methods there are, and methods of our own. */
class MethodTableTest {
    private static final String TABLE =
            """
            admin.Events                               any  none none global-ro
            admin.backup.Cancel                        dom0 req  none global-rwx
            admin.backup.Execute                       dom0 req  none global-rwx
            admin.backup.Info                          dom0 req  none local-ro
            admin.deviceclass.List                     dom0 none none global-ro
            admin.label.Create                         dom0 req  req  global-rwx
            admin.label.Get                            dom0 req  none global-ro
            admin.label.Index                          dom0 req  none global-ro
            admin.label.List                           dom0 none none global-ro
            admin.label.Remove                         dom0 req  none global-rwx
            admin.pool.Add                             dom0 req  req  global-rwx
            admin.pool.Info                            dom0 req  none global-ro
            admin.pool.List                            dom0 none none global-ro
            admin.pool.ListDrivers                     dom0 none none global-ro
            admin.pool.Remove                          dom0 req  none global-rwx
            admin.pool.Set.ephemeral_volatile          dom0 req  req  global-rwx
            admin.pool.Set.revisions_to_keep           dom0 req  req  global-rwx
            admin.pool.UsageDetails                    dom0 req  none global-ro
            admin.pool.volume.List                     dom0 req  none global-ro
            admin.property.Get                         dom0 req  none global-ro
            admin.property.GetAll                      dom0 none none global-ro
            admin.property.GetDefault                  dom0 req  none global-ro
            admin.property.Help                        dom0 req  none global-ro
            admin.property.List                        dom0 none none global-ro
            admin.property.Reset                       dom0 req  none global-rwx
            admin.property.Set                         dom0 req  opt  global-rwx
            admin.vm.Console                           any  none none local-rwx
            admin.vm.Create.*                          dom0 opt  opt  global-rwx
            admin.vm.CreateDisposable                  any  opt  opt  global-rwx
            admin.vm.CreateInPool.*                    dom0 opt  opt  global-rwx
            admin.vm.CurrentState                      any  none none local-ro
            admin.vm.Kill                              any  none none local-rwx
            admin.vm.List                              any  none none global-ro
            admin.vm.Pause                             any  none none local-rwx
            admin.vm.Remove                            any  none none global-rwx
            admin.vm.Resume                            any  none none local-rwx
            admin.vm.Shutdown                          any  opt  none local-rwx
            admin.vm.Start                             any  none none local-rwx
            admin.vm.Stats                             any  none none global-ro
            admin.vm.Suspend                           any  none none local-rwx
            admin.vm.Unpause                           any  none none local-rwx
            admin.vm.device.*.Assign                   any  req  req  local-rwx
            admin.vm.device.*.Assigned                 any  opt  none local-ro
            admin.vm.device.*.Attach                   any  req  opt  local-rwx
            admin.vm.device.*.Attached                 any  opt  none local-ro
            admin.vm.device.*.Available                any  opt  none local-ro
            admin.vm.device.*.Detach                   any  req  none local-rwx
            admin.vm.device.*.Set.assignment           any  req  req  local-rwx
            admin.vm.device.*.Unassign                 any  req  none local-rwx
            admin.vm.device.denied.Add                 any  none opt  local-rwx
            admin.vm.device.denied.List                any  none none local-ro
            admin.vm.device.denied.Remove              any  none opt  local-rwx
            admin.vm.feature.CheckWithAdminVM          any  req  none local-ro
            admin.vm.feature.CheckWithNetvm            any  req  none local-ro
            admin.vm.feature.CheckWithTemplate         any  req  none local-ro
            admin.vm.feature.CheckWithTemplateAndAdminVM any req none local-ro
            admin.vm.feature.Get                       any  req  none local-ro
            admin.vm.feature.List                      any  none none local-ro
            admin.vm.feature.Remove                    any  req  none local-rwx
            admin.vm.feature.Set                       any  req  opt  local-rwx
            admin.vm.firewall.Get                      vm   none none local-ro
            admin.vm.firewall.Reload                   vm   none none local-rwx
            admin.vm.firewall.Set                      vm   none req  local-rwx
            admin.vm.notes.Get                         vm   none none local-ro
            admin.vm.notes.Set                         vm   none req  local-rwx
            admin.vm.property.Get                      any  req  none local-ro
            admin.vm.property.GetAll                   any  none none local-ro
            admin.vm.property.GetDefault               any  req  none local-ro
            admin.vm.property.Help                     any  req  none local-ro
            admin.vm.property.List                     any  none none local-ro
            admin.vm.property.Reset                    any  req  none local-rwx
            admin.vm.property.Set                      any  req  opt  local-rwx
            admin.vm.tag.Get                           any  req  none local-ro
            admin.vm.tag.List                          any  none none local-ro
            admin.vm.tag.Remove                        any  req  none local-rwx
            admin.vm.tag.Set                           any  req  none local-rwx
            admin.vm.volume.Clear                      any  req  none local-rwx
            admin.vm.volume.CloneFrom                  any  req  none local-rwx
            admin.vm.volume.CloneTo                    any  req  req  local-rwx
            admin.vm.volume.Info                       any  req  none local-ro
            admin.vm.volume.List                       any  none none local-ro
            admin.vm.volume.ListSnapshots              any  req  none local-ro
            admin.vm.volume.Resize                     any  req  req  local-rwx
            admin.vm.volume.Revert                     any  req  req  local-rwx
            admin.vm.volume.Set.ephemeral              any  req  req  local-rwx
            admin.vm.volume.Set.revisions_to_keep      any  req  req  local-rwx
            admin.vm.volume.Set.rw                     any  req  req  local-rwx
            admin.vmclass.List                         dom0 none none global-ro
            internal.GetSystemInfo                     dom0 none none global-ro
            internal.SuspendPost                       dom0 none none global-rwx
            internal.SuspendPre                        dom0 none none global-rwx
            internal.vm.volume.ImportBegin             any  req  opt  local-rwx
            internal.vm.volume.ImportEnd               any  req  req  local-rwx
            qubes.FeaturesRequest                      dom0 none none local-rwx
            qubes.NotifyTools                          dom0 none none local-rwx
            qubes.NotifyUpdates                        dom0 none req  local-rwx
            qubesd.property.Explain                    dom0 opt  none global-ro
            qubesd.store.Export                        dom0 opt  none global-ro
            qubesd.vm.property.Explain                 any  opt  none local-ro
            qubesd.vm.property.GetAll                  any  none opt  global-ro
            """;

    @Test
    @DisplayName("methods take what the table says, and there are as many as are waited for")
    void table() throws Exception {
        try (Daemon daemon = Daemon.start()) {
            Map<String, String> found = new TreeMap<>();
            for (AdminMethod method : daemon.builtIn()) {
                found.put(Daemon.name(method), show(method.traits()));
            }
            assertEquals(
                    TABLE.replaceAll(" +", " "),
                    found.entrySet().stream()
                            .map(entry -> entry.getKey() + " " + entry.getValue() + "\n")
                            .collect(Collectors.joining()));
            assertEquals(MethodsAccess.expected(), found.size());
        }
    }

    private static String show(MethodTraits traits) {
        String destination =
                switch (traits.destination()) {
                    case ANY -> "any";
                    case ADMIN_VM -> "dom0";
                    case NOT_ADMIN_VM -> "vm";
                };
        return String.join(
                " ",
                destination,
                show(traits.argument()),
                show(traits.payload()),
                traits.scope().name().toLowerCase(Locale.ROOT)
                        + (traits.access() == MethodTraits.Access.READ ? "-ro" : "-rwx"));
    }

    private static String show(MethodTraits.Presence presence) {
        return switch (presence) {
            case NONE -> "none";
            case OPTIONAL -> "opt";
            case REQUIRED -> "req";
        };
    }
}
