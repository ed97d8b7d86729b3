using System.Text.Json.Nodes;
using Serverless.Inference.Tests.Loading;

namespace Serverless.Inference.Tests.Models;

/// <summary>A model folder that is damaged or asks for too much fails to load with what is wrong, where, and what to do.</summary>
public sealed class BadModelTests : IDisposable
{
    private const string Shard = "model-00002-of-00003.safetensors";

    private readonly TemporaryFolder folder = new();

    public BadModelTests() => ModelFixture.Load("llama-sharded").Write(folder);

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_missing_shard()
    {
        File.Delete(folder.File(Shard));
        await FailsAsync(InferenceErrorCodes.ModelFile, "model.safetensors.index.json", $"is in {Shard}, which is missing");
    }

    [Fact]
    public async Task A_truncated_shard()
    {
        byte[] whole = File.ReadAllBytes(folder.File(Shard));
        folder.With(Shard, whole[..^100]);
        await FailsAsync(InferenceErrorCodes.ModelFile, Shard, "truncated", $"the file has {whole.Length - 100}");
    }

    [Fact]
    public async Task Pickles_in_place_of_safetensors()
    {
        foreach (string file in Directory.GetFiles(folder.Path, "model*")) File.Delete(file);
        folder.With("pytorch_model.bin", "x");
        await FailsAsync(InferenceErrorCodes.ModelFile, "pytorch_model.bin", "pickle", "Convert it once");
    }

    [Fact]
    public async Task Another_width_than_the_weights_have()
    {
        Change("intermediate_size", "96");
        await FailsAsync(InferenceErrorCodes.ModelFile, "mlp.gate_proj.weight", "[96, 32]", "[64, 32]");
    }

    [Fact]
    public async Task More_layers_than_the_weights_have()
    {
        Change("num_hidden_layers", "3");
        await FailsAsync(InferenceErrorCodes.ModelFile, "has no tensor model.layers.2.");
    }

    [Theory]
    [InlineData("architectures", "[\"MixtralForCausalLM\"]")]
    [InlineData("hidden_act", "\"gelu_pytorch_tanh\"")]
    [InlineData("rope_parameters", """{"rope_type":"yarn","factor":4.0,"rope_theta":10000.0}""")]
    [InlineData("quantization_config", """{"quant_method":"awq"}""")]
    [InlineData("final_logit_softcapping", "30.0")]
    public async Task A_field_that_changes_the_mathematics(string field, string json)
    {
        Change(field, json);
        await FailsAsync(InferenceErrorCodes.ModelUnsupported, "config.json", field, "supported:");
    }

    private void Change(string field, string json)
    {
        var config = JsonNode.Parse(File.ReadAllText(folder.File("config.json")))!;
        config[field] = JsonNode.Parse(json);
        folder.With("config.json", config.ToJsonString());
    }

    private async Task FailsAsync(string code, params string[] parts)
    {
        folder.With("tokenizer.json", Tokenization.TokenizerFolder.ByteLevel().ToJsonString());
        var error = await Should.ThrowAsync<InferenceException>(() => LlmEngine.LoadAsync(new EngineOptions(folder.Path)));
        error.Code.ShouldBe(code);
        foreach (string part in parts) error.Message.ShouldContain(part);
    }
}
