using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Contracts.Specs;
using Serverless.Contracts.Status;
using Serverless.Inference;
using Serverless.Processing.Jobs;
using Serverless.Processing.Rows;
using Serverless.Processing.Specs;
using Serverless.Storage.Tables;
using static Serverless.Processing.Tests.TestJobs;

namespace Serverless.Processing.Tests;

public sealed class JobRunnerTests : JobRuns
{
    [Fact]
    public async Task The_haiku_job_of_the_design_writes_one_row_an_item()
    {
        var spec = JobFile.Parse(
            """
            name: haiku
            model: {source: scripted}
            input:
              items: ["An old silent pond...", "Over the wintry forest..."]
            preprocess:
              messages:
                - {role: system, content: "You are a bot that completes unfinished haikus."}
                - {role: user, content: "{{ row.item }}"}
              sampling_params: {temperature: 0.3, max_tokens: 250}
            postprocess:
              columns:
                answer: "{{ row.generated_text }}"
                shout: "{{ row.item }}! {{ row.num_input_tokens + 1 }}"
                tokens: "{{ row.num_input_tokens }}"
            output: {uri: OUT}
            """.Replace("OUT", Folder.Sub("out"), StringComparison.Ordinal), "haiku.yaml");
        var result = await Run(new ScriptedEngine(), spec);
        var rows = await result.ReadRowsAsync().ToListAsync();
        rows[0].Columns.ShouldBe(
            ["item", "row_index", "generated_text", "num_input_tokens", "num_generated_tokens", "finish_reason", "error", "answer", "shout", "tokens"]);
        rows.Select(row => row["answer"]).ShouldBe(["AN OLD SILENT POND...", "OVER THE WINTRY FOREST..."]);
        rows[0]["shout"].ShouldBe("An old silent pond...! 22");
        rows[0]["tokens"].ShouldBe(21L);
        rows[0]["finish_reason"].ShouldBe("stop");
        result.Manifest.Status.ShouldBe(JobStatus.Completed);
        result.Manifest.Usage.ShouldBe(new Usage(46, 0, 46));
    }

    [Fact]
    public async Task On_row_error_fail_names_the_row()
    {
        var spec = Spec(["a", "b", ScriptedEngine.Fails, "c"]) with { OnRowError = OnRowError.Fail };
        var error = await Should.ThrowAsync<JobException>(() => Run(new ScriptedEngine(), spec));
        error.Code.ShouldBe(ErrorCodes.RowFailed);
        error.Message.ShouldStartWith("row 2 failed in stage engine (invalid_request): min_tokens 9");
    }

    [Fact]
    public async Task More_failures_than_max_error_rate_allows_fail_the_job()
    {
        var items = Items(10).ToList();
        (items[1], items[5], items[8]) = (ScriptedEngine.Fails, ScriptedEngine.TooLong, ScriptedEngine.Fails);
        var error = await Should.ThrowAsync<JobException>(() => Run(new ScriptedEngine(), Spec(items) with { MaxErrorRate = 0.2 }));
        error.Code.ShouldBe(ErrorCodes.TooManyErrors);
        var result = await Run(new ScriptedEngine(), Spec(items) with { MaxErrorRate = 0.3 });
        result.Manifest.Status.ShouldBe(JobStatus.CompletedWithErrors);
        result.Manifest.RowsFailed.ShouldBe(3);
        result.Manifest.Errors.Select(group => (group.Type, group.Rows, group.FirstRow)).ShouldBe([("invalid_request", 2, 1), ("prompt_too_long", 1, 5)]);
    }

    [Fact]
    public async Task Progress_ends_at_the_whole_and_never_goes_back()
    {
        List<JobProgress> reports = [];
        await Runner(new ScriptedEngine()).RunAsync(Spec(Items(50)), new Reports(reports.Add));
        reports.Select(report => report.RowsDone).ShouldBeInOrder();
        var last = reports[^1];
        (last.Status, last.RowsTotal, last.RowsDone, last.ShardsTotal, last.ShardsDone).ShouldBe((JobStatus.Completed, 50, 50, 17, 17));
        last.OutputTokens.ShouldBe(Items(50).Sum(item => item.Length));
    }

    [Fact]
    public async Task An_input_file_that_changes_is_an_error_that_names_it()
    {
        var input = Folder.Write("in.jsonl", "{\"item\": \"a\"}\n{\"item\": \"b\"}\n");
        var spec = Spec([]) with { Input = new InputSpec { Uri = input } };
        var runner = new JobRunner(new JobRunnerOptions
        {
            ModelRevision = (_, _) => Task.FromResult("r1"),
            LoadEngine = (_, _) =>
            {
                File.AppendAllText(input, "{\"item\": \"c\"}\n");
                return Task.FromResult<IGenerationEngine>(new ScriptedEngine());
            },
        });
        var error = await Should.ThrowAsync<JobException>(() => runner.RunAsync(spec));
        error.Code.ShouldBe(ErrorCodes.InputChanged);
        error.Message.ShouldContain("in.jsonl changed");
    }

    [Fact]
    public async Task Every_part_has_the_planned_schema_whatever_its_rows_hold()
    {
        var input = Folder.Write("in.jsonl", """
            {"item": "a", "n": 1}
            {"item": "b", "n": 2.5, "tags": ["x"]}
            not json
            {"item": "d", "n": null, "extra": {"k": true}}
            {"item": null, "mixed": 1}
            {"item": "f", "mixed": "text"}
            """);
        var result = await Run(new ScriptedEngine(), Spec([]) with { Input = new InputSpec { Uri = input }, BatchSize = 1 });
        var schemas = Directory.GetFiles(Folder.Sub("out"), "part-*").Select(path =>
        {
            using var file = ParquetFile.Open(path);
            return file.Schema.ToString();
        }).Distinct().ToList();
        schemas.ShouldHaveSingleItem().ShouldStartWith("item: string, n: float64, tags: list<string>, extra: struct<k: boolean>, mixed: string, row_index: int64");
        var rows = await result.ReadRowsAsync().ToListAsync();
        rows.Select(row => row["mixed"]).ShouldBe([null, null, null, null, "1", "text"]);
        rows.Select(row => ErrorType(row)).ShouldBe([null, null, "bad_line", null, "missing_column", null]);
        ((string)rows[2].GetStruct("error")!["message"]!).ShouldStartWith("in.jsonl, line 3: ");
    }

    [Fact]
    public async Task A_column_that_no_row_has_is_an_error_of_the_job()
    {
        var spec = Spec(Items(3)) with { Preprocess = new PreprocessSpec { Prompt = "{{ row.itme }}" } };
        var error = await Should.ThrowAsync<JobException>(() => Run(new ScriptedEngine(), spec));
        error.Code.ShouldBe(ErrorCodes.InvalidSpec);
        error.Message.ShouldContain("\"itme\"");
        spec = Spec(Items(3)) with { Postprocess = new PostprocessSpec { Columns = new Dictionary<string, string> { ["answer"] = "{{ row.generated_txt }}" } } };
        error = await Should.ThrowAsync<JobException>(() => Run(new ScriptedEngine(), spec with { Output = new OutputSpec { Uri = Folder.Sub("out2") } }));
        error.Message.ShouldBe("postprocess.columns.answer: the rows have no column \"generated_txt\"; did you mean \"generated_text\"?");
    }

    [Fact]
    public async Task An_input_column_with_an_engine_columns_name_is_an_error_unless_the_input_is_dropped()
    {
        var input = Folder.Write("in.jsonl", """{"item": "a", "Error": "x"}""");
        var spec = Spec([]) with { Input = new InputSpec { Uri = input } };
        var error = await Should.ThrowAsync<JobException>(() => Run(new ScriptedEngine(), spec));
        error.Message.ShouldContain("the input's column \"Error\"");
        var dropped = spec with { Output = new OutputSpec { Uri = Folder.Sub("out2"), KeepInput = false } };
        var rows = await (await Run(new ScriptedEngine(), dropped)).ReadRowsAsync().ToListAsync();
        rows[0].Columns.ShouldBe(["row_index", "generated_text", "num_input_tokens", "num_generated_tokens", "finish_reason", "error"]);
    }

    [Fact]
    public async Task The_limit_takes_the_first_rows_only()
    {
        var input = Folder.Write("in.csv", "item,code\na,007\nb,2\nc,3\n");
        var spec = Spec([]) with { Input = new InputSpec { Uri = input, Limit = 2 } };
        var rows = await (await Run(new ScriptedEngine(), spec)).ReadRowsAsync().ToListAsync();
        rows.Select(row => row["item"]).ShouldBe(["a", "b"]);
        rows[0]["code"].ShouldBe("007");
    }

    [Fact]
    public async Task A_hundred_thousand_rows_pass()
    {
        var input = Folder.Sub("in.jsonl");
        File.WriteAllLines(input, Enumerable.Range(0, 100_000).Select(i => $"{{\"item\": \"item {i}\"}}"));
        var spec = Spec([]) with { Input = new InputSpec { Uri = input }, BatchSize = 4096 };
        var result = await Run(new ScriptedEngine { Window = 64 }, spec);
        result.Manifest.Rows.ShouldBe(100_000);
        result.Manifest.Parts.Count.ShouldBe(25);
        long next = 0;
        await foreach (var row in result.ReadRowsAsync())
            row["row_index"].ShouldBe(next++);
        next.ShouldBe(100_000);
    }

    [Fact]
    public async Task An_openai_batch_file_is_answered_line_by_line()
    {
        var input = Folder.Write("batch.jsonl", """
            {"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": {"model": "m", "messages": [{"role": "user", "content": "hello"}], "max_tokens": 5, "temperature": 0}}
            {"custom_id": "b", "method": "POST", "url": "/v1/embeddings", "body": {"input": "x"}}
            {"custom_id": "c", "method": "POST", "url": "/v1/chat/completions", "body": {"messages": [{"role": "user", "content": [{"type": "text", "text": "part"}]}], "temprature": 1}}
            {"custom_id": "d", "method": "POST", "url": "/v1/completions", "body": {"prompt": "once"}}
            """);
        var spec = Spec([]) with { Preprocess = null, Input = new InputSpec { Uri = input, Format = InputFormat.OpenAIBatch } };
        var rows = await (await Run(new ScriptedEngine(), spec)).ReadRowsAsync().ToListAsync();
        rows.Select(row => row["custom_id"]).ShouldBe(["a", "b", "c", "d"]);
        rows.Select(row => row["generated_text"]).ShouldBe(["HELLO", null, null, "ONCE"]);
        rows.Select(row => ErrorType(row)).ShouldBe([null, "bad_line", "invalid_request", null]);
        ((string)rows[2].GetStruct("error")!["message"]!).ShouldContain("did you mean \"temperature\"?");
    }

    [Fact]
    public async Task Fields_of_an_openai_request_that_say_the_default_are_taken()
    {
        var input = Folder.Write("batch.jsonl", """
            {"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": {"messages": [{"role": "user", "content": "hello"}], "response_format": {"type": "text"}, "tools": [], "tool_choice": "auto", "modalities": ["text"], "parallel_tool_calls": true}}
            {"custom_id": "b", "method": "POST", "url": "/v1/chat/completions", "body": {"messages": [{"role": "user", "content": "hello"}], "response_format": {"type": "json_object"}}}
            """);
        var spec = Spec([]) with { Preprocess = null, Input = new InputSpec { Uri = input, Format = InputFormat.OpenAIBatch } };
        var rows = await (await Run(new ScriptedEngine(), spec)).ReadRowsAsync().ToListAsync();
        rows.Select(row => row["generated_text"]).ShouldBe(["HELLO", null]);
        ((string)rows[1].GetStruct("error")!["message"]!).ShouldBe("body.response_format is not supported yet");
    }

    [Fact]
    public async Task A_number_that_json_lacks_stands_as_text_in_a_column_of_texts()
    {
        Folder.Write("data/b.jsonl", """{"item": "b", "x": "text"}""");
        using (var writer = ParquetWriter.Create(Folder.Sub("data/a.parquet"), new TableSchema(new Column("item", ColumnType.String), new Column("x", ColumnType.Float64))))
        {
            writer.Write(["a", double.NaN]);
            writer.Complete();
        }

        var rows = await (await Run(new ScriptedEngine(), Spec([]) with { Input = new InputSpec { Uri = Folder.Sub("data") } })).ReadRowsAsync().ToListAsync();
        rows.Select(row => row["x"]).ShouldBe(["\"NaN\"", "text"]);
    }

    static object? ErrorType(Row row) => row.GetStruct("error")?["type"];
}
