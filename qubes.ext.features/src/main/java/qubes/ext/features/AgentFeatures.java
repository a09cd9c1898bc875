package qubes.ext.features;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.event.Extension;
import qubes.core.event.FeaturesRequest;
import qubes.core.event.Subscriptions;
import qubes.core.event.TemplatePostinstall;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Features;

/**
 * Takes what the agent in a qube without template says of its system, its modes of booting and
 * itself (spec qubesdb-services-extensions.md §7.1).
 */
@Component
public final class AgentFeatures implements Extension {
    private static final String QREXEC = "qrexec";
    private static final Pattern VERSION = Pattern.compile("[0-9][0-9.-]*");
    private static final Pattern AGENT_VERSION = Pattern.compile("[0-9]{1,3}\\.[0-9]{1,3}");
    private static final Pattern DATE = Pattern.compile("([0-9]{4})-([0-9]{2})-([0-9]{2})");

    @Activate
    public AgentFeatures() {}

    @Override
    public void subscribe(Subscriptions on) {
        on.after(FeaturesRequest.class, AgentFeatures::take);
    }

    private static void take(FeaturesRequest event) {
        BaseVM vm = (BaseVM) event.subject();
        if (Requests.refuseFromTemplateBased(vm, "features")) {
            return;
        }
        Map<String, String> asked = event.untrustedFeatures();
        Features features = vm.features();
        boolean hadAgent = features.isTrue(QREXEC);
        takeSystem(vm, asked);
        new BootModeRequest(vm, asked).take();
        if ("1".equals(asked.get("anon-timezone"))) {
            features.set("anon-timezone", true);
        }
        for (String key : List.of(QREXEC, "gui", "gui-emulated")) {
            if (Requests.isFlag(asked.get(key)) && !features.containsKey(key)) {
                features.set(key, "1".equals(asked.get(key)));
            }
        }
        for (String key : List.of("qubes-firewall", "vmexec")) {
            if (Requests.isFlag(asked.get(key))) {
                features.set(key, "1".equals(asked.get(key)));
            }
        }
        if (!hadAgent && features.isTrue(QREXEC)) {
            vm.fire(new TemplatePostinstall(vm));
        }
    }

    private static void takeSystem(BaseVM vm, Map<String, String> asked) {
        for (String key : List.of("os-distribution", "os-distribution-like")) {
            String value = asked.getOrDefault(key, "");
            if (!value.isEmpty()) {
                vm.features().set(key, value);
            }
        }
        take(vm, asked, "os-version", value -> VERSION.matcher(value).matches());
        take(vm, asked, "os-eol", AgentFeatures::isDate);
        take(vm, asked, "qubes-agent-version", value -> AGENT_VERSION.matcher(value).matches());
    }

    private interface Rule {
        boolean accepts(String value);
    }

    private static void take(BaseVM vm, Map<String, String> asked, String key, Rule rule) {
        String value = asked.getOrDefault(key, "");
        if (value.isEmpty()) {
            return;
        }
        if (rule.accepts(value)) {
            vm.features().set(key, value);
        } else {
            vm.log().warn("{}: its {} is not taken, which is not in the right form", vm, key);
        }
    }

    private static boolean isDate(String value) {
        Matcher parts = DATE.matcher(value);
        if (!parts.matches() || parts.group(1).equals("0000")) {
            return false;
        }
        try {
            LocalDate.of(
                    Integer.parseInt(parts.group(1)),
                    Integer.parseInt(parts.group(2)),
                    Integer.parseInt(parts.group(3)));
            return true;
        } catch (DateTimeException e) {
            return false;
        }
    }
}
