package qubes.vm.templatevm;

import org.junit.jupiter.api.DisplayName;
import qubes.core.vm.DomainFactory;
import qubes.testkit.vm.DomainClassContract;

@DisplayName("klass TemplateVM")
class TemplateVMContractIT implements DomainClassContract {
    @Override
    public DomainFactory factory() {
        return new TemplateVMFactory();
    }
}
