using Serverless.Inference.Kernels.Cuda;

namespace Serverless.Inference.Tests.Cuda;

public sealed class RetainedContextsTests
{
    [Fact]
    public void A_context_lives_until_its_last_holder_releases_it_and_comes_again_as_another()
    {
        const nint Context = 0x1234;
        RetainedContexts.LifeOf(Context).ShouldBe(0);
        RetainedContexts.Add(Context);
        long first = RetainedContexts.LifeOf(Context);
        first.ShouldNotBe(0);
        RetainedContexts.Add(Context);
        RetainedContexts.Remove(Context);
        RetainedContexts.LifeOf(Context).ShouldBe(first);
        RetainedContexts.Remove(Context);
        RetainedContexts.LifeOf(Context).ShouldBe(0);
        RetainedContexts.Add(Context);
        RetainedContexts.LifeOf(Context).ShouldNotBe(first);
        RetainedContexts.Remove(Context);
    }
}
