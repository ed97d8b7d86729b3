// The job of samples/haiku.yaml as a C# program. Run it from the root of the repository: dotnet run -c Release --project samples/Haiku
using Serverless.Processing;
using Serverless.Processing.Datasets;

await using var processor = LlmProcessor.Build(
    new LlmProcessorConfig("samples/models/haiku-tiny"),
    preprocess: row => new Prompt
    {
        Messages = [new("system", "You are a bot that completes unfinished haikus."), new("user", row.GetString("item"))],
        SamplingParams = new() { Temperature = 0.3f, MaxTokens = 250 },
    },
    postprocess: row => row.Select("item").With("answer", row["generated_text"]));

var dataset = Dataset.FromItems("An old silent pond...", "Over the wintry forest...", "Behind the temple...");
var result = await processor.Process(dataset).WriteParquetAsync("output/haiku-from-csharp");
Console.WriteLine($"{result.Manifest.Rows} rows in {result.OutputUri}");
