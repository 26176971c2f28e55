/** Answers as models write them, each in a form of its own. */
export const TEXTS: Readonly<Record<string, string>> = {
  prose:
    "A lighthouse keeper's day began before dawn. He trimmed the wick, wound the clockwork that turned the lens, and wrote the " +
    "weather into the log. By noon the brass had to shine again, although nobody but the inspector would ever see it. When fog " +
    "came in, the horn had to be sounded every ninety seconds, and somebody had to sit beside it through the night. Most " +
    "keepers had families, and most families had goats. The supply boat came twice a month, unless the sea said otherwise; " +
    "then there was flour, salt fish and whatever the goats would give. In 1911 the first stations were given electric lamps. " +
    "The log was kept on, and so was the horn, but the clockwork went to a museum on the mainland.",
  markdown:
    "# Growing tomatoes on a balcony\n\nTomatoes need **six hours of sun**, a deep pot and regular water. Everything else is " +
    "a matter of taste.\n\n## What you need\n\n- a pot of at least 20 litres\n- *peat-free* compost, enriched with a handful of " +
    "horn meal\n- a stake of 1.5 m, or a string from the balcony above\n  - jute is better than plastic\n  - tie it loosely\n" +
    "- one healthy plant per pot\n\n## Through the season\n\n1. Plant deeply, up to the first pair of leaves.\n2. Pinch out " +
    "the side shoots every week.\n3. Water in the morning, and never over the leaves.\n4. From July on, feed every ten days.\n\n" +
    "> A yellow lower leaf is no illness. Three of them are a sign of hunger.\n\nSee [the calendar](#calendar) for dates, or " +
    "ask `weather.local` for tonight's frost.",
  typescript:
    "```ts\nexport interface Cache<Value> {\n  get(key: string): Value | undefined;\n  set(key: string, value: Value): void;\n}\n\n" +
    "export function leastRecentlyUsed<Value>(size: number): Cache<Value> {\n  const entries = new Map<string, Value>();\n  return {\n" +
    "    get(key) {\n      const value = entries.get(key);\n      if (value !== undefined) {\n        entries.delete(key);\n" +
    "        entries.set(key, value);\n      }\n      return value;\n    },\n    set(key, value) {\n      entries.delete(key);\n" +
    "      if (entries.size >= size) {\n        const [oldest] = entries.keys();\n        if (oldest !== undefined) entries.delete(oldest);\n" +
    "      }\n      entries.set(key, value);\n    },\n  };\n}\n```\n\nA `Map` keeps the order in which its keys were added, so the " +
    "first key is always the one that was used longest ago.",
  python:
    'import csv\nfrom collections import defaultdict\n\n\ndef totals(path):\n    """Sums the amounts of each month."""\n' +
    '    sums = defaultdict(float)\n    with open(path, newline="") as handle:\n        for row in csv.DictReader(handle):\n' +
    '            month = row["date"][:7]\n            try:\n                sums[month] += float(row["amount"].replace(",", "."))\n' +
    '            except ValueError:\n                print(f"skipped line {row!r}")\n    return dict(sums)\n\n\n' +
    'if __name__ == "__main__":\n    for month, amount in sorted(totals("ledger.csv").items()):\n        print(f"{month}: {amount:10.2f}")\n',
  table:
    "Here is how the four kettles did:\n\n| Kettle  | Litres | Minutes to boil | Noise |\n| ------- | -----: | --------------: | ----- |\n" +
    "| Brook   |    1.7 |            4:10 | low   |\n| Calder  |    1.5 |            3:55 | high  |\n| Dove    |    1.7 |            4:40 | low   |\n" +
    "| Esk     |    1.0 |            2:30 | low   |\n\nThe **Esk** is the fastest, but it is also the smallest: per litre the Calder wins, " +
    "with 2:37. The Dove loses on every count except for its price, which is half of that of the Brook.\n\n| Kettle  | Price | Guarantee |\n" +
    "| ------- | ----: | --------- |\n| Brook   |    48 | 3 years   |\n| Calder  |    39 | 2 years   |\n| Dove    |    24 | 2 years   |\n| Esk     |    31 | 1 year    |\n",
  log:
    "The deployment log, step by step:\n\n```\n12:00:01 INFO  worker-1 started, queue empty\n12:00:01 INFO  worker-2 started, queue empty\n" +
    "12:00:04 INFO  worker-1 took job 4411\n12:00:05 WARN  worker-2 lost its lease, retrying\n12:00:06 INFO  worker-2 started, queue empty\n" +
    "12:00:09 INFO  worker-1 finished job 4411 in 5.1 s\n12:00:11 WARN  worker-2 lost its lease, retrying\n" +
    "12:00:12 INFO  worker-2 started, queue empty\n12:00:15 ERROR worker-2 gave up after 2 retries\n```\n\nWorker 2 loses its lease " +
    "every five seconds. Its clock is the suspect: the lease ends by wall time, and the container has none of its own.",
  german:
    "Der Föhn ist ein warmer, trockener Fallwind. Feuchte Luft wird auf der einen Seite des Gebirges gehoben, kühlt dabei ab und " +
    "regnet sich aus; auf der anderen Seite sinkt sie wieder und erwärmt sich schneller, als sie sich vorher abgekühlt hat. " +
    "Deshalb ist es in Innsbruck manchmal zwanzig Grad warm, während südlich des Brenners Schnee fällt. Föhnfische – das sind " +
    "linsenförmige Wolken – stehen dann scheinbar still über den Gipfeln. Wer empfindlich ist, klagt über Kopfschmerzen; ob der " +
    "Wind schuld ist, darüber streiten die Ärzte seit über hundert Jahren.",
  chinese:
    "腌制泡菜其实并不难,关键在于盐、水和时间。先把白菜切开,一层菜一层盐地码好,压上重物放一夜。第二天菜叶变软,倒掉析出的水,用清水冲洗两遍,尝一尝咸淡。" +
    "然后把萝卜丝、姜末、蒜泥和辣椒粉拌成糊状,仔细抹在每一片叶子之间。装坛的时候不要装得太满,因为发酵会产生气体,汁水容易溢出来。盖好盖子,在室温下放一到两天,再移进冰箱。" +
    "天气热的时候酸得快,天气冷的时候要多等几天。如果表面出现一层白膜,多半是空气进去了,把它撇掉,下次把菜压得更紧一些就可以。真正变质的泡菜闻起来是臭的,颜色发黑,那就不要再吃了。" +
    "老人常说,泡菜坛子认人,其实说的是每家厨房里的菌群各不相同,味道自然也就不一样。",
  japanese:
    "金継ぎは、割れた器を漆で接ぎ、その継ぎ目を金粉で飾る修理の技法です。まず破片を洗ってよく乾かし、小麦粉と水と生漆を練り合わせた麦漆を断面に薄く塗ります。" +
    "破片を合わせたらテープで固定し、湿度の高い箱の中で一週間ほど置きます。漆は乾くのではなく、湿気を吸って固まるからです。" +
    "欠けた部分には錆漆を少しずつ盛り、固まるたびに紙やすりで平らにします。下地ができたら黒い漆を細い筆で引き、最後に赤い漆を塗って、半分固まったところで金粉を蒔きます。" +
    "急いではいけません。早すぎれば金は沈み、遅すぎれば金は付かないのです。傷を隠すのではなく、器の歴史として見せるところに、この技法の面白さがあります。" +
    "家で試すときは、かぶれないように手袋を忘れないでください。",
  thai:
    "การทำกะทิสดที่บ้านไม่ใช่เรื่องยากอย่างที่คิด เริ่มจากเลือกมะพร้าวแก่ที่เปลือกสีน้ำตาลและเขย่าแล้วได้ยินเสียงน้ำข้างใน ผ่าครึ่งแล้วขูดเนื้อด้วยกระต่ายขูดมะพร้าว " +
    "จากนั้นเติมน้ำอุ่นทีละน้อยแล้วนวดด้วยมือประมาณห้านาที คั้นผ่านผ้าขาวบางเพื่อให้ได้หัวกะทิที่ข้นและหอม ส่วนกากที่เหลือเติมน้ำอีกครั้งจะได้หางกะทิสำหรับต้มแกง " +
    "ถ้าต้องการเก็บไว้นานให้ใส่เกลือเล็กน้อยแล้วแช่ตู้เย็น แต่ไม่ควรเกินสองวันเพราะกลิ่นจะเริ่มเปลี่ยน เวลาทำแกงควรเคี่ยวหัวกะทิด้วยไฟอ่อนจนแตกมันก่อนจึงใส่พริกแกงลงไปผัด",
  arabic:
    "تُزرع أشجار الزيتون في تربةٍ كلسيةٍ جيدة الصرف، وتحتاج في سنواتها الأولى إلى ريٍّ منتظم. بعد خمس سنوات تبدأ بالإثمار، ثم تعطي محصولًا وفيرًا في عامٍ " +
    "وقليلًا في العام الذي يليه. يُقطف الزيتون الأخضر في أيلول (سبتمبر) والأسود في تشرين الثاني، ويُنقل إلى المعصرة في اليوم نفسه حتى لا ترتفع حموضته. " +
    "في المعصرة يُغسل الثمر ويُطحن، ثم تُعجن العجينة ببطءٍ عند 27 درجة مئوية، ويُفصل الزيت عن الماء. أفضل الزيوت لا تتجاوز حموضتها 0.8%، ولونها أخضر مائلٌ إلى الذهبي.",
  hebrew:
    "מחמצת היא תערובת של קמח ומים שבה חיים שמרי בר וחיידקים. כדי להתחיל מערבבים כף קמח מלא עם כף מים פושרים בצנצנת נקייה, ומשאירים אותה פתוחה למחצה במקום חמים. " +
    "בכל יום זורקים חצי מהתערובת ומוסיפים קמח ומים טריים. ביום השלישי מופיעות בועות, וביום השביעי התערובת כבר מכפילה את נפחה בתוך ארבע שעות. " +
    "אם נוצר נוזל אפור למעלה, היא רעבה: שופכים אותו ומאכילים פעמיים ביום. לחם מחמצת (sourdough) צריך זמן: 12 עד 18 שעות מהלישה ועד התנור.",
  korean:
    "한옥의 온돌은 바닥을 데워 방 전체를 따뜻하게 하는 난방 방식이다. 아궁이에서 불을 때면 뜨거운 연기가 구들장 밑의 고래를 지나 굴뚝으로 빠져나간다. " +
    "돌은 천천히 데워지지만 한 번 데워지면 밤새 식지 않는다. 아랫목은 아궁이에 가까워 가장 따뜻하고, 윗목은 가장 차다. 그래서 손님과 어른은 아랫목에 앉혔다. " +
    "오늘날의 아파트는 뜨거운 물이 흐르는 관을 바닥에 깔지만, 원리는 같다. 여름에는 반대로 대청마루의 틈으로 바람이 올라와 집을 식힌다.",
  emoji:
    "Packing list for the weekend 🏕️\n\n✅ tent, pegs and the *big* tarp ⛺\n✅ two sleeping bags for the 👨‍👩‍👧‍👦 side of the tent\n❌ the heavy " +
    "stove 🔥 (Ana brings hers 👩🏽‍🍳)\n✅ rain jackets 🌧️🌧️ because the forecast says 80 %\n✅ head torches 🔦 + spare batteries 🔋\n\nMeeting point: " +
    "the station café ☕ at 7️⃣:45, flags 🇵🇹🇪🇸 on the bags so that we find each other. Ze\u0301 takes the train 🚆 from Coimbra, Noe\u0308l drives 🚗. " +
    "If it pours, plan B is the museum 🏛️ and then pancakes 🥞🥞🥞 at Lu's place. Don't forget the permission slip for the reserve 📝, " +
    "they do check it, and the dog 🐕‍🦺 stays on the lead!",
};
