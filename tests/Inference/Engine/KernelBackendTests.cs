using Serverless.Inference.Kernels;
using Serverless.Inference.Kernels.Cpu;

namespace Serverless.Inference.Tests.Engine;

/// <summary>Backends that the engine does not know.</summary>
public sealed class KernelBackendTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    static KernelBackendTests() => KernelBackends.Register(new Elsewhere());

    [Fact]
    public async Task An_engine_runs_on_a_backend_that_the_program_registered()
    {
        await using var engine = await fixture.LoadAsync(options => options with { Device = "elsewhere:7" });
        await using var own = await fixture.LoadAsync(options => options with { Device = "cpu" });
        var request = EngineFixture.Request("The quick brown fox");
        (await EngineFixture.GenerateOneAsync(engine, request)).Completions[0].TokenIds
            .ShouldBe((await EngineFixture.GenerateOneAsync(own, request)).Completions[0].TokenIds);
    }

    [Fact]
    public void A_worker_has_one_engine_on_it_and_no_cards()
    {
        var selection = DeviceSelection.Parse("elsewhere:7");
        selection.Cards().ShouldBeEmpty();
        selection.IsCuda.ShouldBeFalse();
        selection.WithoutCards.ShouldBe("elsewhere:7");
        DeviceSelection.Parse("auto").WithoutCards.ShouldBe("cpu");
    }

    [Fact]
    public async Task The_backend_says_what_is_none_of_its_devices_and_which_options_it_refuses()
    {
        Should.Throw<InferenceException>(() => DeviceSelection.Parse("elsewhere:8")).Message.ShouldBe("no elsewhere:8");
        var error = await Should.ThrowAsync<InferenceException>(() => fixture.LoadAsync(options => options with { Device = "elsewhere:7", Quantization = "int8" }));
        error.Message.ShouldBe("no Int8");
    }

    [Theory]
    [InlineData("torch")]
    [InlineData("torch:cpu")]
    public async Task A_build_without_TorchSharp_says_how_one_with_it_is_built(string device)
    {
        var error = await Should.ThrowAsync<InferenceException>(() => LlmEngine.LoadAsync(new EngineOptions("nowhere") { Device = device }));
        error.Code.ShouldBe(InferenceErrorCodes.EngineOptions);
        error.Message.ShouldStartWith($"device {device}: this build has no TorchSharp backend. One that has it is built with -p:OfficialPackages=true");
    }

    private sealed class Elsewhere : IKernelBackend
    {
        public string Name => "elsewhere";

        public void Check(string device)
        {
            if (device != "elsewhere:7") throw new InferenceException(InferenceErrorCodes.EngineOptions, $"no {device}");
        }

        public IKernels Open(EngineOptions options, DType storage) =>
            storage == DType.Int8 ? throw new InferenceException(InferenceErrorCodes.EngineOptions, $"no {storage}") : new CpuKernels(options.Threads);
    }
}
