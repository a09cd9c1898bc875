package qubes.vm.standalonevm;

import org.junit.jupiter.api.DisplayName;
import qubes.core.vm.DomainFactory;
import qubes.testkit.vm.DomainClassContract;

@DisplayName("klass StandaloneVM")
class StandaloneVMContractIT implements DomainClassContract {
    @Override
    public DomainFactory factory() {
        return new StandaloneVMFactory();
    }
}
