using Serverless.Inference.Kernels.Cuda;

namespace Serverless.Inference.Tests.Cuda;

public sealed class DeviceSelectionTests
{
    private static readonly CudaDevice[] Two = [Card(0), Card(1)];

    [Theory]
    [InlineData("auto", new[] { 0, 1 })]
    [InlineData("cpu", new int[0])]
    [InlineData("cuda", new[] { 0, 1 })]
    [InlineData("cuda:1", new[] { 1 })]
    [InlineData("cuda:1,0", new[] { 1, 0 })]
    public void A_setting_names_cards(string text, int[] expected) =>
        DeviceSelection.Parse(text).Cards(Two).Select(card => card.Index).ShouldBe(expected);

    [Theory]
    [InlineData("auto")]
    [InlineData("cpu")]
    public void Without_cards_engines_run_on_the_cpu(string text) => DeviceSelection.Parse(text).Cards([]).ShouldBeEmpty();

    [Theory]
    [InlineData("")]
    [InlineData("gpu")]
    [InlineData("CUDA")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:0,")]
    [InlineData("cuda:0,0")]
    [InlineData("cuda:12345")]
    public void Anything_else_is_refused(string text)
    {
        var error = Should.Throw<InferenceException>(() => DeviceSelection.Parse(text));
        error.Code.ShouldBe(InferenceErrorCodes.EngineOptions);
        error.Message.ShouldBe($"device must be auto, cpu, cuda or cuda:N; found {text}.");
    }

    [Fact]
    public void A_card_that_is_not_there_is_named_with_those_that_are()
    {
        var error = Should.Throw<InferenceException>(() => DeviceSelection.Parse("cuda:2").Cards(Two));
        error.Code.ShouldBe(InferenceErrorCodes.Cuda);
        error.Message.ShouldStartWith("device cuda:2 is not here: the CUDA driver shows this process cuda:0 (NVIDIA H200), cuda:1 (NVIDIA H200)");
        Should.Throw<InferenceException>(() => DeviceSelection.Parse("cuda").Cards([])).Message
            .ShouldStartWith("device cuda is not here: the CUDA driver shows this process no card");
    }

    [Fact]
    public async Task An_engine_has_one_device()
    {
        var options = new EngineOptions("nowhere") { Device = "cuda:0,1" };
        (await Should.ThrowAsync<InferenceException>(() => LlmEngine.LoadAsync(options))).Message
            .ShouldBe("device must be auto, cpu, cuda or cuda:N, one card; found cuda:0,1.");
        (await Should.ThrowAsync<InferenceException>(() => LlmEngine.LoadAsync(options with { Device = "tpu" }))).Message.ShouldContain("found tpu");
    }

    [Fact]
    public async Task Int8_weights_are_refused_by_a_gpu_before_anything_is_looked_for()
    {
        var error = await Should.ThrowAsync<InferenceException>(() => LlmEngine.LoadAsync(new EngineOptions("nowhere") { Device = "cuda:1", Quantization = "int8" }));
        error.Code.ShouldBe(InferenceErrorCodes.EngineOptions);
        error.Message.ShouldBe(
            "quantization int8 runs on CPUs only, and device cuda:1 is a GPU. Leave quantization out (weights are then bfloat16), "
            + "or run it on a CPU: with --device cpu, or where some nodes have no GPU, with placement.accelerator_type: cpu.");
    }

    private static CudaDevice Card(int index) => new(index, "NVIDIA H200", $"GPU-{index}", 1L << 37, 9, 0, 132, 232448);
}
