using Serverless.Contracts.Status;
using Serverless.Inference;
using Serverless.Inference.Chat;
using Serverless.Inference.Sampling;
using Serverless.Processing.Datasets;

namespace Serverless.Processing.Tests;

/// <summary>The product's own engine behind the pipeline: what comes out is what the engine gives when it is asked directly.</summary>
public sealed class RealModelTests
{
    static readonly string Model = Clone.PathOf("samples", "models", "haiku-tiny");

    static readonly SamplingParams Sampling = new() { Temperature = 0.7f, MaxTokens = 12 };

    [Fact]
    public async Task Rows_hold_what_the_engine_generates_for_each_prompt_alone()
    {
        using var folder = new TempFolder();
        var lines = Enumerable.Range(0, 12).Select(i => $"An old silent pond, {i} frogs...").ToList();
        await using var processor = LlmProcessor.Build(
            new LlmProcessorConfig(Model) { BatchSize = 4, EngineOptions = new(Model) { MaxNumSeqs = 5, Threads = 1 } },
            row => new Prompt { Messages = [new("user", row.GetString("item"))], SamplingParams = Sampling },
            row => row.Select("item", "num_generated_tokens", "finish_reason").With("answer", row["generated_text"]));
        var result = await processor.Process(Dataset.FromItems(lines)).WriteParquetAsync(folder.Sub("out"));

        result.Manifest.Status.ShouldBe(JobStatus.Completed);
        var rows = await result.ReadRowsAsync().ToListAsync();
        rows.Select(row => row["item"]).ShouldBe(lines);
        await using var engine = await LlmEngine.LoadAsync(new(Model) { Threads = 1 });
        for (var i = 0; i < lines.Count; i++)
        {
            var alone = await GenerateAsync(engine, lines[i]);
            rows[i]["answer"].ShouldBe(alone.Text);
            rows[i]["num_generated_tokens"].ShouldBe((long)alone.TokenIds.Count);
        }

        result.Manifest.Usage.OutputTokens.ShouldBe(rows.Sum(row => row.GetInt64("num_generated_tokens")));
        var again = await processor.Process(Dataset.FromItems(lines)).WriteParquetAsync(folder.Sub("out"));
        again.WasFinished.ShouldBeTrue();
    }

    [Fact]
    public async Task A_prompt_that_does_not_fit_is_a_row_error_of_the_tokenizer()
    {
        await using var processor = LlmProcessor.Build(
            new LlmProcessorConfig(Model) { EngineOptions = new(Model) { MaxModelLen = 64, Threads = 1 } },
            row => new Prompt { Text = row.GetString("item"), SamplingParams = Sampling });
        var rows = await processor.Process(Dataset.FromItems(string.Concat(Enumerable.Repeat("pond ", 500)), "pond")).ToListAsync();
        var error = rows[0].GetStruct("error").ShouldNotBeNull();
        (error["type"], error["stage"]).ShouldBe(("prompt_too_long", "tokenize"));
        rows[1]["error"].ShouldBeNull();
    }

    static async Task<Completion> GenerateAsync(LlmEngine engine, string line)
    {
        await foreach (var result in engine.GenerateAsync(One(new GenerationRequest { Messages = [new ChatMessage("user", line)], SamplingParams = Sampling })))
            return result.Completions[0];
        throw new InvalidOperationException("the engine gave no result");
    }

    static async IAsyncEnumerable<GenerationRequest> One(GenerationRequest request)
    {
        await Task.CompletedTask;
        yield return request;
    }
}
