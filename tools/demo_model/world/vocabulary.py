"""A broad vocabulary by part of speech, for sentences about anything (sentences.py)."""


def pairs(text: str) -> list[list[str]]:
    return [item.split("|") for item in text.replace("\n", " ").split(", ")]


PEOPLE = pairs("""the captain|船长, the sailor|水手, the doctor|医生, the nurse|护士, the teacher|老师, my father|爸爸, my mother|妈妈, my sister|我妹妹, my grandmother|奶奶,
the neighbour|邻居, the police|警察, my friend|我朋友, my boss|老板, the lawyer|律师, the pharmacist|药师, the dentist|牙医, the child|孩子, the baby|宝宝, a classmate|一个同学,
the old man|老人, the driver|司机, the cook|厨师, the staff|店员, the owner|店主, everyone|大家, nobody here|这里没有人, an adult|一个大人, the fisherman|渔夫, your family|你的家人,
the vet|兽医, the adviser|顾问, the locksmith|开锁师傅, a stranger|一个陌生人, the crew|船员们, the guest|客人, the writer|作家, the captain's cat|船长的猫""")

THINGS = pairs("""the lamp|灯, the rope|缆绳, the anchor|锚, the bell|钟, the boat|小船, the lantern|灯笼, the coat|外套, the key|钥匙, the lock|锁, the door|门, the window|窗户,
the letter|信, the envelope|信封, the note|纸条, the book|书, the list|名单, the photo|照片, the map|地图, the ticket|车票, the bill|账单, the box|盒子, the shelf|书架, the bed|床,
the pillow|枕头, the towel|毛巾, the cloth|布, the soap|肥皂, the cup|杯子, the kettle|水壶, the stove|炉子, the knife|刀, the soup|汤, the bread|面包, the salt|盐, the sugar|糖,
the honey|蜂蜜, the tea|茶, the rice|米饭, the medicine|药, the tablet|药片, the dose|用量, the leaflet|说明书, the wound|伤口, the skin|皮肤, the throat|嗓子, the hand|手, the arm|胳膊,
the leg|腿, the head|头, the eye|眼睛, the ear|耳朵, the tooth|牙, the stomach|肚子, the chest|胸口, the blood|血, the fever|烧, the cough|咳嗽, the pain|疼, the rash|疹子, the number|号码,
the password|密码, the account|账号, the message|消息, the address|地址, the document|文件, the law|法律, the answer|答案, the question|问题, the story|故事, the joke|笑话, the review|评价,
the recipe|菜谱, the gift|礼物, the money|钱, the coin|硬币, the tax|税, the share|股票, the vote|选票, the weather|天气, the tide|潮水, the wind|风, the fog|雾, the rain|雨, the sea|大海,
the light|光, the fire|火, the water|水, the work|工作, the plan|计划, the secret|秘密, the truth|真话, the time|时间, the name|名字, the reminder|提醒, the alarm|闹钟, the train|火车,
the camera|相机, the cargo|货物, the deck|甲板, the hull|船身, the timber|木头, the paint|漆, the wheel|舵, the wall|墙, the clock|墙上的钟""")

PLACES = pairs("""in the harbour|在港口, on the pier|在码头上, by the lighthouse|在灯塔旁边, on the deck|在甲板上, at home|在家里, in the kitchen|在厨房里, in the bedroom|在卧室里, in the hall|在客厅里,
at school|在学校, at work|在上班的地方, in the hospital|在医院里, at the pharmacy|在药店, at the station|在车站, on the platform|在站台上, in the garden|在花园里, in the street|在街上, in the town|在镇上,
at the office|在办公室, in the library|在图书馆, by the door|在门口, under the table|在桌子下面, on the shelf|在书架上, in the box|在盒子里, near the bridge|在桥边, at sea|在海上, in the dark|在黑暗里,
in a quiet room|在安静的房间里, next door|在隔壁, in the corner|在角落里, on the highest shelf|在最高的架子上, under running water|在流水下面, outside|在外面""")

TIMES = pairs("""today|今天, tomorrow|明天, tonight|今晚, this morning|今天早上, every day|每天, every week|每周, once a month|每个月, at noon|中午, in the evening|晚上, at night|夜里, after work|下班以后,
before bed|睡前, in winter|冬天, in spring|春天, for ten minutes|十分钟, for twenty minutes|二十分钟, for two weeks|两周, for three days|三天, within a week|一周内, at once|马上, right now|现在, soon|很快, slowly|慢慢地,
early|早一点, late|很晚, twice|两遍, half an hour ago|半小时前, all day|整天, last year|去年, one day|有一天""")

ADJECTIVES = pairs("""calm|平静, quiet|安静, heavy|重, light|轻, warm|暖和, cold|冷, cool|凉, hot|烫, dry|干, wet|湿, clean|干净, dirty|脏, safe|安全, dangerous|危险, serious|严重, mild|轻微, strong|强,
weak|弱, painful|疼, itchy|痒, swollen|肿, red|红, white|白, blue|蓝, green|绿, black|黑, grey|灰, dark|暗, bright|亮, empty|空, full|满, open|开着, closed|关着, broken|坏了, lost|丢了, free|自由, cheap|便宜,
expensive|贵, easy|容易, difficult|难, simple|简单, honest|诚实, kind|善良, polite|礼貌, rude|没礼貌, careful|小心, tired|累, afraid|害怕, sad|难过, happy|高兴, angry|生气, bored|无聊, alone|孤单, sick|病了,
healthy|健康, normal|正常, strange|奇怪, important|重要, useful|有用, good|好, bad|坏, better|更好, worse|更糟, small|小, big|大, long|长, short|短, deep|深, low|低, high|高, early|早, late|晚, private|私人,
false|假的, true|真的, sharp|锋利, soft|软, stiff|硬, numb|麻, thirsty|渴, hungry|饿, fresh|新鲜, plain|普通, thin|薄, thick|厚, slow|慢, quick|快, ready|准备好了, sure|肯定, sorry|抱歉""")

# base|third person|past|ing|Chinese: what people do with things
VERBS = [
    v.split("|")
    for v in """take|takes|took|taking|拿;hold|holds|held|holding|拿着;carry|carries|carried|carrying|搬;bring|brings|brought|bringing|带来;leave|leaves|left|leaving|留下;keep|keeps|kept|keeping|留着
cover|covers|covered|covering|盖好;press|presses|pressed|pressing|按住;wash|washes|washed|washing|洗;rinse|rinses|rinsed|rinsing|冲洗;dry|dries|dried|drying|擦干;cool|cools|cooled|cooling|冷敷;clean|cleans|cleaned|cleaning|清洁
check|checks|checked|checking|检查;watch|watches|watched|watching|看着;follow|follows|followed|following|跟着;find|finds|found|finding|找到;lose|loses|lost|losing|弄丢;hide|hides|hid|hiding|藏起;show|shows|showed|showing|拿出
read|reads|read|reading|读;write|writes|wrote|writing|写;send|sends|sent|sending|寄出;open|opens|opened|opening|打开;close|closes|closed|closing|关上;lock|locks|locked|locking|锁上;break|breaks|broke|breaking|弄坏
mend|mends|mended|mending|修好;paint|paints|painted|painting|画;tie|ties|tied|tying|系好;pull|pulls|pulled|pulling|拉;push|pushes|pushed|pushing|推;lift|lifts|lifted|lifting|抬起;raise|raises|raised|raising|垫高
lower|lowers|lowered|lowering|放下;turn on|turns on|turned on|turning on|打开;turn off|turns off|turned off|turning off|关掉;light|lights|lit|lighting|点亮;count|counts|counted|counting|数;measure|measures|measured|measuring|量
buy|buys|bought|buying|买;sell|sells|sold|selling|卖;pay|pays|paid|paying|付;save|saves|saved|saving|存;share|shares|shared|sharing|分;steal|steals|stole|stealing|偷;want|wants|wanted|wanting|想要;need|needs|needed|needing|需要
know|knows|knew|knowing|知道;forget|forgets|forgot|forgetting|忘了;remember|remembers|remembered|remembering|记得;understand|understands|understood|understanding|懂;explain|explains|explained|explaining|解释;describe|describes|described|describing|描述
choose|chooses|chose|choosing|选;trust|trusts|trusted|trusting|相信;change|changes|changed|changing|换;try|tries|tried|trying|试试;taste|tastes|tasted|tasting|尝;eat|eats|ate|eating|吃;drink|drinks|drank|drinking|喝;cook|cooks|cooked|cooking|煮
boil|boils|boiled|boiling|烧开;pour|pours|poured|pouring|倒;mix|mixes|mixed|mixing|拌匀;cut|cuts|cut|cutting|切;put away|puts away|put away|putting away|收好;look for|looks for|looked for|looking for|找;ask about|asks about|asked about|asking about|问
talk about|talks about|talked about|talking about|聊;think about|thinks about|thought about|thinking about|想;wait for|waits for|waited for|waiting for|等;listen to|listens to|listened to|listening to|听;worry about|worries about|worried about|worrying about|担心
avoid|avoids|avoided|avoiding|避开;stop|stops|stopped|stopping|停下;start|starts|started|starting|开始;finish|finishes|finished|finishing|做完;copy|copies|copied|copying|抄;sign|signs|signed|signing|签;translate|translates|translated|translating|翻译
convert|converts|converted|converting|换算;compare|compares|compared|comparing|比较;store|stores|stored|storing|保存;scratch|scratches|scratched|scratching|抓;swallow|swallows|swallowed|swallowing|咽下;feel|feels|felt|feeling|觉得;see|sees|saw|seeing|看见""".replace(
        "\n", ";"
    ).split(";")
]

# base|third person|past|Chinese: what people do by themselves
ACTIONS = [
    v.split("|")
    for v in """rest|rests|rested|休息;sleep|sleeps|slept|睡觉;wait|waits|waited|等一等;walk|walks|walked|散步;sit down|sits down|sat down|坐下;stand up|stands up|stood up|站起来;lie down|lies down|lay down|躺下;run|runs|ran|跑
sail|sails|sailed|出海;come home|comes home|came home|回家;go out|goes out|went out|出门;go to the doctor|goes to the doctor|went to the doctor|看医生;call for help|calls for help|called for help|求助;say sorry|says sorry|said sorry|道歉
laugh|laughs|laughed|笑;cry|cries|cried|哭;sing|sings|sang|唱歌;speak quietly|speaks quietly|spoke quietly|小声说话;shout|shouts|shouted|喊;breathe slowly|breathes slowly|breathed slowly|慢慢呼吸;count to ten|counts to ten|counted to ten|数到十
drink water|drinks water|drank water|喝水;read at night|reads at night|read at night|晚上看书;learn|learns|learned|学习;study|studies|studied|复习;practise|practises|practised|练习;cook|cooks|cooked|做饭;work|works|worked|工作;travel|travels|traveled|旅行
swim|swims|swam|游泳;cough|coughs|coughed|咳嗽;fall|falls|fell|摔倒;faint|faints|fainted|晕倒;lie|lies|lied|说假话;cheat|cheats|cheated|作弊;hide|hides|hid|躲起来;get up|gets up|got up|起床;stop smoking|stops smoking|stopped smoking|戒烟
ask first|asks first|asked first|先问一声;smile|smiles|smiled|微笑;write home|writes home|wrote home|给家里写信;keep calm|keeps calm|kept calm|保持冷静;stay here|stays here|stayed here|留在这里;look around|looks around|looked around|四处看看""".replace(
        "\n", ";"
    ).split(";")
]
