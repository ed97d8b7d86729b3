using Serverless.Inference.Loading;

namespace Serverless.Inference.Tests.Loading;

public sealed class ModelFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Opens_configuration_generation_defaults_and_weights()
    {
        Whole().With("generation_config.json", """{"do_sample":true,"temperature":0.6,"top_k":20,"top_p":0.9,"min_p":0.1,"repetition_penalty":1.05,"eos_token_id":[5,6],"pad_token_id":5,"bos_token_id":1,"max_new_tokens":64}""");
        using var model = ModelFolder.Open(folder.Path);

        model.Path.ShouldBe(folder.Path);
        model.Config.EosTokenIds.ShouldBe([5, 6]);
        model.Generation.ShouldBe(new GenerationConfig
        {
            DoSample = true, Temperature = 0.6f, TopK = 20, TopP = 0.9f, MinP = 0.1f, RepetitionPenalty = 1.05f,
            EosTokenIds = model.Generation.EosTokenIds, BosTokenId = 1, MaxNewTokens = 64,
        });
        model.Weights.Names.ShouldBe(["a"]);
    }

    [Fact]
    public void Without_generation_config_end_tokens_are_those_of_config()
    {
        using var model = ModelFolder.Open(Whole().Path);
        model.Config.EosTokenIds.ShouldBe([2]);
        model.Generation.Temperature.ShouldBeNull();
    }

    [Theory]
    [InlineData("""{"temperature":-1}""", "temperature: expected a number from 0 on, found -1")]
    [InlineData("""{"top_p":0}""", "top_p: expected a number from above 0 to 1, found 0")]
    [InlineData("""{"top_k":"many"}""", "top_k: expected a number, found \"many\"")]
    [InlineData("""{"repetition_penalty":0}""", "repetition_penalty: expected a number above 0, found 0")]
    [InlineData("""{"eos_token_id":-1}""", "eos_token_id")]
    [InlineData("""{"do_sample":"yes"}""", "do_sample")]
    public void Malformed_generation_defaults_are_refused(string json, string message)
    {
        Whole().With("generation_config.json", json);
        var error = Should.Throw<InferenceException>(() => ModelFolder.Open(folder.Path));
        error.Code.ShouldBe(InferenceErrorCodes.ModelFile);
        error.Message.ShouldContain("generation_config.json");
        error.Message.ShouldContain(message);
    }

    [Fact]
    public void A_missing_folder_a_file_and_a_folder_without_config_are_told_apart()
    {
        Message(folder.File("nowhere")).ShouldContain("no such folder");
        Message(folder.With("file", "x").File("file")).ShouldContain("is a file; expected a model folder");
        Message(folder.Path).ShouldContain("config.json: is missing; the folder holds file");
    }

    private TemporaryFolder Whole() => folder.With("config.json", ConfigJson.Llama()).With("model.safetensors", SafetensorsBytes.Vectors(("a", [1])));

    private static string Message(string path)
    {
        var error = Should.Throw<InferenceException>(() => ModelFolder.Open(path));
        error.Code.ShouldBe(InferenceErrorCodes.ModelFile);
        return error.Message;
    }
}
