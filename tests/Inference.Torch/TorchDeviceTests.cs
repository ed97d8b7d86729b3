using Serverless.Inference.Kernels;
using Serverless.Inference.Tests.Loading;
using Serverless.Inference.Tests.Models;
using TorchSharp;

namespace Serverless.Inference.Torch.Tests;

/// <summary>The names of its devices, what it refuses, and that it leaves no tensor behind.</summary>
public sealed class TorchDeviceTests
{
    [Theory]
    [InlineData("torch")]
    [InlineData("torch:cpu")]
    [InlineData("torch:cuda")]
    [InlineData("torch:cuda:3")]
    public void Its_devices_are_not_the_engines_cards(string device)
    {
        var selection = DeviceSelection.Parse(device);
        selection.Cards().ShouldBeEmpty();
        selection.WithoutCards.ShouldBe(device);
    }

    [Theory]
    [InlineData("torch:")]
    [InlineData("torch:gpu")]
    [InlineData("torch:cuda:")]
    [InlineData("torch:cuda:x")]
    [InlineData("torch:cuda:-1")]
    [InlineData("torch:cuda:0,1")]
    [InlineData("torch:cuda:12345")]
    public void Anything_else_is_refused(string device)
    {
        var error = Should.Throw<InferenceException>(() => DeviceSelection.Parse(device));
        error.Code.ShouldBe(InferenceErrorCodes.EngineOptions);
        error.Message.ShouldBe($"device must be torch, torch:cpu, torch:cuda or torch:cuda:N; found {device}.");
    }

    [Fact]
    public void What_it_does_not_do_is_refused_by_name()
    {
        Refusal(new EngineOptions("") { Device = "torch" }, DType.Int8).ShouldStartWith("quantization int8 runs on the engine's own CPU backend only");
        Refusal(new EngineOptions("") { Device = "torch:cpu", BatchInvariant = true }, DType.Float32).ShouldStartWith("batch_invariant:");
    }

    [Fact]
    public void A_card_that_is_not_there_is_named()
    {
        TorchMachine.Require();
        var error = Should.Throw<InferenceException>(() => new TorchBackend().Open(new EngineOptions("") { Device = "torch:cuda:9999" }, DType.Float32));
        error.Code.ShouldBe(InferenceErrorCodes.Cuda);
        error.Message.ShouldStartWith("device torch:cuda:9999 is not here");
    }

    [Fact]
    public void No_native_tensor_outlives_its_step_or_its_model()
    {
        TorchMachine.Require();
        using var folder = new TemporaryFolder();
        var fixture = ModelFixture.Load("qwen3");
        fixture.Write(folder);
        int[] tokens = fixture.Prompts[^1].Tokens;
        long before = Alive();
        using (var opened = new OpenedModel(new EngineOptions(folder.Path) { Device = "torch:cpu", Dtype = "bfloat16", MaxNumSeqs = 1, KvCacheBytes = 16 << 20 }))
        {
            opened.Runner.AllLogits(tokens, 7);
            long once = Alive();
            once.ShouldBeGreaterThan(before);
            opened.Runner.AllLogits(tokens, 7);
            Alive().ShouldBe(once);
        }

        Alive().ShouldBe(before);

        // Of this thread, since other tests run beside it.
        static long Alive() => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
    }

    private static string Refusal(EngineOptions options, DType storage)
    {
        var error = Should.Throw<InferenceException>(() => new TorchBackend().Open(options, storage));
        error.Code.ShouldBe(InferenceErrorCodes.EngineOptions);
        return error.Message;
    }
}
